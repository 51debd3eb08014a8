// MyMHA against PyTorch's numbers, against the sum over heads, and against its own specification.
#include "heed/modules/attention/my_mha.h"

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "heed/framework/tensor/factories.h"
#include "heed/tests/modules/case/module_run.h"
#include "heed/tests/modules/module_table.h"
#include "heed/tests/modules/reference/layers.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/case/tensor_json.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::my_mha_test {
namespace {

std::string text_of_file(const std::string& path) {
  std::ifstream file(std::filesystem::path(HEED_SOURCE_DIR) / path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

NamedTensors named_tensors(const Json& json) {
  NamedTensors tensors;
  for (const auto& [name, tensor] : json.items()) {
    tensors.emplace_back(name, tensor_from_json(tensor, name));
  }
  return tensors;
}

struct Golden {
  const Json& request;
  const Json& answer;
  BuiltModule built;
  Tensors inputs;

  explicit Golden(const Json& one) : request(one["request"]), answer(one["answer"]) {
    const ModuleCase& row = *find_module("my_mha");
    built = row.build(row.attributes(request["config"]));
    built.module->to(DType::f64);
    built.module->load_state_dict(named_tensors(request["state"]));
    for (const Json& input : request["inputs"]) {
      inputs.push_back(tensor_from_json(input, "input").requires_grad_());
    }
  }
  Tensor expected(const char* key) const { return tensor_from_json(answer[key], key); }
};

const Json& golden_cases() {
  static const Json file = parse_json(text_of_file("tests/golden/my_mha.json"));
  return file["cases"];
}

/// The text between the braces that follow `signature`.
std::string body_after(const std::string& source, const std::string& signature) {
  const size_t start = source.find(signature);
  REQUIRE(start != std::string::npos);
  size_t at = source.find('{', start) + 1;
  const size_t begin = at;
  for (int depth = 1; depth > 0 && at < source.size(); ++at) {
    if (source[at] == '{') ++depth;
    if (source[at] == '}') --depth;
  }
  return source.substr(begin, at - 1 - begin);
}

}  // namespace

TEST_CASE("MyMHA gives PyTorch's outputs, weights and gradients to 1e-12") {
  CHECK(golden_cases().size() == 5);
  for (const Json& one : golden_cases()) {
    INFO(one["name"]);
    const Golden golden(one);
    const Tensor output = golden.built.call(golden.inputs);
    CHECK(difference(output, tensor_from_json(golden.answer["outputs"][0], "output"), 1e-12) == "");
    CHECK(difference(golden.built.weights(golden.inputs), golden.expected("weights"), 1e-12) == "");
    output.backward(tensor_from_json(golden.request["grad_outputs"][0], "gradient"));
    for (size_t i = 0; i < 2; ++i) {
      const Tensor want = tensor_from_json(golden.answer["grads"][i], "gradient");
      CHECK(difference(golden.inputs[i].grad(), want, 1e-12) == "");
    }
    for (const auto& [name, parameter] : golden.built.module->named_parameters()) {
      const Tensor want = tensor_from_json(golden.answer["parameter_grads"][name], name);
      CHECK(difference(parameter.grad(), want, 1e-12) == "");
    }
  }
}

TEST_CASE("MyMHA is the sum over heads of softmax(Q K^T / sqrt(D_qk)) V W_O[h] to 1e-12") {
  for (const Json& one : golden_cases()) {
    INFO(one["name"]);
    const Golden golden(one);
    const ModuleState state(golden.built.module->state_dict());
    const ModuleResult want =
        my_mha_reference(state, array_of(golden.inputs[0]), array_of(golden.inputs[1]),
                         golden.request["config"]["H"].get<int64_t>());
    CHECK(difference(array_of(golden.built.call(golden.inputs)), want.output, 1e-12) == "");
    CHECK(difference(array_of(golden.built.weights(golden.inputs)), want.weights.value(), 1e-12) ==
          "");
  }
}

TEST_CASE("MyMHA has four projections without bias, named as in its specification") {
  MyMHA m(Slot::root(), 5, 6, 3, 4, 2);
  std::string names;
  for (const auto& [name, parameter] : m.named_parameters()) {
    names += text_of(name, " ", parameter.shape(), "; ");
  }
  CHECK(names == "W_Q.weight [6, 5]; W_K.weight [6, 6]; W_V.weight [8, 6]; W_O.weight [5, 8]; ");
  CHECK(m.num_parameters() == 2 * (5 * 3 + 6 * 3 + 6 * 4 + 4 * 5));
  CHECK((m.D_1 == 5 && m.D_2 == 6 && m.D_qk == 3 && m.D_v == 4 && m.H == 2));
}

TEST_CASE("With one key MyMHA gives W_O of its value to every query") {
  const ModuleCase& row = *find_module("my_mha");
  const ModuleSample sample{{{"D_1", 5}, {"D_2", 6}, {"D_qk", 3}, {"D_v", 4}, {"H", 2}},
                            {any({2, 4, 5}), any({2, 1, 6})}};
  const BuiltModule built = filled_module(row, sample, DType::f64);
  auto& m = dynamic_cast<MyMHA&>(*built.module);
  const Tensors inputs = module_leaves(row, sample, DType::f64);
  const Tensor value = m.W_O(m.W_V(inputs[1]));
  CHECK(difference(m(inputs[0], inputs[1]), value.expand({2, 4, 5}), 1e-14) == "");
}

TEST_CASE("With no key MyMHA gives zeros, and zero gradients everywhere") {
  const ModuleCase& row = *find_module("my_mha");
  const ModuleSample sample{{{"D_1", 5}, {"D_2", 6}, {"D_qk", 3}, {"D_v", 4}, {"H", 2}},
                            {any({2, 4, 5}), any({2, 0, 6})}};
  const BuiltModule built = filled_module(row, sample, DType::f64);
  const Run run = run_module(row, built, module_leaves(row, sample, DType::f64));
  CHECK(bit_difference(run.outputs[0], zeros({2, 4, 5}, DType::f64)) == "");
  CHECK(bit_difference(run.gradients[0], zeros({2, 4, 5}, DType::f64)) == "");
  for (const auto& [name, gradient] : run.parameter_gradients) {
    INFO(name);
    CHECK(bit_difference(gradient, zeros_like(gradient)) == "");
  }
}

TEST_CASE("MyMHA's forward and what it calls contain no loop") {
  const std::regex loop(R"(\b(for|while|do|goto)\b)");
  const std::string source = text_of_file("modules/attention/my_mha.cpp");
  CHECK_FALSE(std::regex_search(body_after(source, "Tensor MyMHA::forward("), loop));
  CHECK_FALSE(std::regex_search(body_after(source, "Tensor attention_weights("), loop));
  CHECK_FALSE(std::regex_search(body_after(source, "Dims sizes_of("), loop));
  const std::string heads = text_of_file("modules/attention/heads.cpp");
  CHECK_FALSE(std::regex_search(body_after(heads, "Tensor split_heads("), loop));
  CHECK_FALSE(std::regex_search(body_after(heads, "Tensor merge_heads("), loop));
  CHECK(std::regex_search("{ for (int i = 0;;) f(); }", loop));
}

TEST_CASE("MyMHA states the shape after each operation of its forward") {
  const std::string source = text_of_file("modules/attention/my_mha.cpp");
  for (const char* function : {"Tensor MyMHA::forward(", "Tensor attention_weights("}) {
    std::istringstream body(body_after(source, function));
    std::string line, previous;
    while (std::getline(body, line)) {
      const bool computed = previous.find("const Tensor ") != std::string::npos;
      const bool stated = line.find("d.check(") != std::string::npos;
      INFO(previous << "\n" << line);
      CHECK((!computed || stated));
      previous = line;
    }
  }
}

}  // namespace heed::testing::my_mha_test

// heed-eval about modules: golden files through it, and what it refuses.
#include "heed/tests/modules/module_eval.h"

#include <algorithm>
#include <map>

#include "heed/framework/base/memory.h"
#include "heed/modules/pytorch_state.h"
#include "heed/tests/modules/case/module_case.h"
#include "heed/tests/modules/case/module_run.h"
#include "heed/tests/modules/module_table.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/case/tensor_json.h"
#include "heed/tests/support/catch.h"
#include "heed/tests/support/eval.h"
#include "heed/tests/support/golden.h"

namespace heed::testing::module_eval_test {
namespace {

Json answered(const Json& request) {
  return parse_json(answer(request.dump()));
}

std::string error_of(const Json& request) {
  const Json got = answered(request);
  return got.size() == 1 && got.contains("error") ? got["error"].get<std::string>() : got.dump();
}

/// {"dtype":"f32","shape":[…],"data":[1,1,…]}
Json ones_json(const Sizes& shape, const char* dtype = "f32") {
  const auto count = static_cast<size_t>(reference::count_elements(shape));
  return {{"dtype", dtype}, {"shape", shape}, {"data", std::vector<int>(count, 1)}};
}

/// A Linear from 2 to 1 with weights of one.
Json linear_request() {
  return {{"module", "linear"},
          {"config", {{"in", 2}, {"out", 1}}},
          {"state", {{"weight", ones_json({1, 2})}, {"bias", ones_json({1})}}},
          {"inputs", {ones_json({1, 2})}}};
}

Json with(Json request, const std::string& key, Json value) {
  request[key] = std::move(value);
  return request;
}

}  // namespace

TEST_CASE("heed-eval gives PyTorch's outputs, weights and all gradients of attentions") {
  for (const auto& [name, cases] :
       std::map<std::string, size_t>{{"my_mha", 5}, {"documents", 17}}) {
    const Json file = golden_file(name + ".json");
    CHECK(file["cases"].size() == cases);
    for (const Json& one : file["cases"]) {
      INFO(one["name"]);
      CHECK(golden_difference(answered(one["request"]), one["answer"], 1e-12) == "");
    }
  }
}

TEST_CASE("A golden answer differs by a number, a null, a key or a length") {
  const Json one = ones_json({1});
  const Json want = {{"grads", Json::array({one, nullptr})}};
  CHECK(golden_difference(want, want, 1e-12) == "");
  Json zero = one;
  zero["data"] = Json::array({0});
  CHECK(golden_difference({{"grads", Json::array({zero, nullptr})}}, want, 1e-12) != "");
  CHECK(golden_difference({{"grads", Json::array({one, one})}}, want, 1e-12) != "");
  CHECK(golden_difference({{"grads", Json::array({nullptr, nullptr})}}, want, 1e-12) != "");
  CHECK(golden_difference({{"grads", Json::array({one})}}, want, 1e-12) != "");
  CHECK(golden_difference({{"other", want["grads"]}}, want, 1e-12) != "");
}

TEST_CASE("heed-eval answers a module exactly as documented") {
  const Json request = with(linear_request(), "grad_outputs", Json::array({ones_json({1, 1})}));
  CHECK(answer(request.dump()) ==
        R"({"outputs":[{"dtype":"f32","shape":[1,1],"data":[3.0]}],)"
        R"("grads":[{"dtype":"f32","shape":[1,2],"data":[1.0,1.0]}],)"
        R"("parameter_grads":{"weight":{"dtype":"f32","shape":[1,2],"data":[1.0,1.0]},)"
        R"("bias":{"dtype":"f32","shape":[1],"data":[1.0]}}})");
  CHECK(answer(linear_request().dump()) ==
        R"({"outputs":[{"dtype":"f32","shape":[1,1],"data":[3.0]}]})");
}

TEST_CASE("heed-eval gives null for the gradients of ids and takes PyTorch's argument names") {
  const Json got = answered({{"module", "embedding"},
                             {"config", {{"num_embeddings", 2}, {"embedding_dim", 1}}},
                             {"state", {{"weight", ones_json({2, 1})}}},
                             {"inputs", {ones_json({1}, "i64")}},
                             {"grad_outputs", {ones_json({1, 1})}}});
  CHECK(got["grads"] == Json::array({nullptr}));
  CHECK(got["parameter_grads"]["weight"]["data"] == Json::array({0.0, 1.0}));
}

TEST_CASE("heed-eval runs dropout only in training, and buffers need not be given") {
  Json request = {{"module", "dropout"}, {"config", {{"p", 1}}}, {"inputs", {ones_json({2})}}};
  CHECK(answered(request)["outputs"][0]["data"] == Json::array({1.0, 1.0}));
  request["train"] = true;
  CHECK(answered(request)["outputs"][0]["data"] == Json::array({0.0, 0.0}));
  const Json positions = answered({{"module", "sinusoidal_positions"},
                                   {"config", {{"max_length", 1}, {"width", 2}}},
                                   {"inputs", {ones_json({1, 2})}}});
  CHECK(positions["outputs"][0]["data"] == Json::array({1.0, 2.0}));
}

TEST_CASE("heed-eval names all that is wrong with a state") {
  CHECK(error_of(with(linear_request(), "state",
                      {{"weight", ones_json({2, 1})}, {"wieght", ones_json({1})}})) ==
        "Linear: load_state_dict: the state does not fit:\n"
        "  does not fit: weight is f32 [1, 2], given f32 [2, 1]\n"
        "  unexpected: wieght\n"
        "  missing: bias");
  CHECK(error_of(with(linear_request(), "state", nullptr)) ==
        "Linear: load_state_dict: the state does not fit:\n"
        "  missing: bias\n"
        "  missing: weight");
  CHECK(error_of(with(linear_request(), "dtype", "f64"))
            .starts_with("Linear: load_state_dict: the state does not fit:\n"
                         "  does not fit: bias is f64 [1], given f32 [1]"));
}

TEST_CASE("heed-eval refuses requests about modules that it cannot understand, and leaks nothing") {
  const int64_t before = memory_stats().live_bytes;
  const Json base = linear_request();
  CHECK(error_of({{"module", "linaer"}}) == "unknown module \"linaer\"");
  CHECK(error_of(with(base, "config", {{"in", 2}, {"uot", 1}})) == "unknown attribute \"uot\"");
  CHECK(error_of(with(base, "config", {{"in", 2}})) == "missing attribute \"out\"");
  CHECK(error_of(with(base, "config", {{"in", 2}, {"in_features", 2}, {"out", 1}})) ==
        "attribute \"in\" is given twice");
  CHECK(error_of(with(base, "config", {{"in", 2.5}, {"out", 1}})) ==
        "attribute \"in\" must be of type int");
  CHECK(error_of(with(base, "config", 3)) == "\"config\" must be an object");
  CHECK(error_of(with(base, "confg", 3)) == "unknown key \"confg\" in the request");
  CHECK(error_of(with(base, "inputs", Json::array())) == "linear: input x is missing");
  CHECK(error_of(with(base, "inputs", Json::array({ones_json({1, 2}), ones_json({1, 2})}))) ==
        "linear takes 1 inputs, got 2");
  CHECK(error_of(with(base, "inputs", Json::array({ones_json({1, 3})}))) ==
        "linear: needs x [..., in] and weight [out, in]: x [1, 3], weight [1, 2] (in Linear)");
  CHECK(error_of(with(base, "train", 1)) == "\"train\" must be true or false");
  CHECK(error_of(with(base, "dtype", "i64")) == "\"dtype\" of a module must be \"f32\" or \"f64\"");
  CHECK(error_of(with(base, "masks", {{{"type", "causal"}}})) == "linear takes no masks");
  CHECK(error_of(with(base, "state", 3)) == "\"state\" must be an object");
  CHECK(error_of(with(base, "grad_outputs", Json::array({ones_json({1})}))) ==
        "grad_outputs[0] must be f32 [1, 1] like its output, got f32 [1]");
  CHECK(error_of(with(base, "grad_outputs", Json::array({ones_json({1, 1}), ones_json({1, 1})}))) ==
        "\"grad_outputs\" has 2 entries for 1 output");
  CHECK(memory_stats().live_bytes == before);
}

TEST_CASE("heed-eval answers every sample of the module table as a call of the module does") {
  for (const ModuleCase& row : module_table()) {
    for (size_t i = 0; i < row.samples.size(); ++i) {
      const ModuleSample& sample = row.samples[i];
      if (sample.large || sample.train) continue;
      const BuiltModule built = filled_module(row, sample, DType::f64);
      Json request = {{"module", row.name},      {"config", sample.arguments},
                      {"dtype", "f64"},          {"state", Json::object()},
                      {"inputs", Json::array()}, {"grad_outputs", Json::array()},
                      {"masks", sample.masks}};
      const NamedTensors own = built.module->state_dict();
      for (const auto& [name, tensor] : row.as_pytorch ? pytorch_state(own) : own) {
        request["state"][name] = parse_json(to_json_text(tensor));
      }
      const Tensors inputs = module_leaves(row, sample, DType::f64);
      for (const Tensor& input : inputs)
        request["inputs"].push_back(parse_json(to_json_text(input)));
      const Json got = answered(request);
      INFO(describe(row, i) << got.value("error", ""));
      REQUIRE(got.contains("outputs"));
      CHECK(bit_difference(tensor_from_json(got["outputs"][0], "output"),
                           call_module(row, built, inputs)) == "");
      const size_t parameters = built.module->parameters().size();
      CHECK(got["parameter_grads"].size() ==
            (row.as_pytorch ? request["state"].size() : parameters));
      CHECK(got.contains("weights") == row.attention.has_value());
    }
  }
}

TEST_CASE("heed-eval lists every module of the table with its arguments and defaults") {
  const Json list = answered({{"list", "modules"}})["modules"];
  CHECK(list.size() == module_table().size());
  const auto linear = std::find_if(list.begin(), list.end(),
                                   [](const Json& row) { return row["name"] == "linear"; });
  REQUIRE(linear != list.end());
  CHECK(linear->dump() ==
        R"({"attrs":[{"name":"in","type":"int"},{"name":"out","type":"int"},)"
        R"({"default":true,"name":"bias","type":"bool"}],"inputs":["x"],"name":"linear"})");
}

}  // namespace heed::testing::module_eval_test

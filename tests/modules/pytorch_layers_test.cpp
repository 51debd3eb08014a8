// PyTorch's attention and transformer layers: its numbers under masks, through heed-eval.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "heed/modules/attention/multi_head_attention.h"
#include "heed/modules/feed_forward.h"
#include "heed/modules/pytorch_state.h"
#include "heed/tests/modules/case/module_case.h"
#include "heed/tests/modules/module_table.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/case/tensor_json.h"
#include "heed/tests/support/catch.h"
#include "heed/tests/support/eval.h"

namespace heed::testing::pytorch_layers_test {
namespace {

const Json& golden_cases() {
  static const Json file = [] {
    std::ifstream stream(std::filesystem::path(HEED_SOURCE_DIR) /
                         "tests/golden/pytorch_layers.json");
    std::ostringstream text;
    text << stream.rdbuf();
    return parse_json(text.str());
  }();
  return file["cases"];
}

Json answered(const Json& request) {
  return parse_json(answer(request.dump()));
}

std::string error_of(const Json& request) {
  return answered(request).value("error", "no error");
}

/// Compares the tensors of `want`, below objects and lists.
void check_close(const Json& got, const Json& want, const std::string& where) {
  INFO(where);
  if (want.is_object() && want.contains("data")) {
    CHECK(difference(tensor_from_json(got, where), tensor_from_json(want, where), 1e-10) == "");
    return;
  }
  REQUIRE(got.size() == want.size());
  for (const auto& [key, value] : want.items()) {
    check_close(want.is_object() ? got.at(key) : got.at(std::stoul(key)), value, where + " " + key);
  }
}

const Json& golden_request(const std::string& name) {
  for (const Json& one : golden_cases()) {
    if (one["name"] == name) return one["request"];
  }
  throw RequestError("there is no golden case " + name);
}

NamedTensors state_of(const Json& request) {
  NamedTensors state;
  for (const auto& [name, tensor] : request["state"].items()) {
    state.emplace_back(name, tensor_from_json(tensor, name));
  }
  return state;
}

BuiltModule built_for(const Json& request) {
  const ModuleCase& row = *find_module(request["module"].get<std::string>());
  BuiltModule built = row.build(row.attributes(request["config"]));
  built.module->to(DType::f64);
  return built;
}

/// `request` with its one mask replaced.
std::string mask_error(Json request, const Json& mask) {
  request["masks"] = Json::array({mask});
  return error_of(request);
}

}  // namespace

TEST_CASE("PyTorch's layers give its outputs, weights and all gradients under masks to 1e-10") {
  CHECK(golden_cases().size() == 34);
  for (const Json& one : golden_cases()) {
    const Json got = answered(one["request"]);
    INFO(one["name"] << got.value("error", ""));
    REQUIRE(got.contains("outputs"));
    check_close(got, one["answer"], one["name"].get<std::string>());
  }
}

TEST_CASE("PyTorch's states go into our modules and come out again to the bit") {
  for (const Json& one : golden_cases()) {
    const Json& request = one["request"];
    INFO(one["name"]);
    const NamedTensors want = state_of(request);
    const BuiltModule built = built_for(request);
    load_pytorch_state(*built.module, want);
    const NamedTensors out = pytorch_state(built.module->state_dict());
    std::map<std::string, Tensor> got(out.begin(), out.end());
    CHECK(got.size() == want.size());
    for (const auto& [name, tensor] : want) CHECK(bit_difference(got[name], tensor) == "");
  }
}

TEST_CASE("PyTorch's masks are ours: no mask of a golden case is without effect") {
  for (const Json& one : golden_cases()) {
    Json request = one["request"];
    const Json masks = request["masks"];
    for (size_t i = 0; i < masks.size(); ++i) {
      INFO(one["name"] << " without mask " << i);
      request["masks"] = masks;
      request["masks"].erase(i);
      const Tensor got = tensor_from_json(answered(request)["outputs"][0], "output");
      const Tensor want = tensor_from_json(one["answer"]["outputs"][0], "output");
      CHECK(difference(got, want, 1e-6) != "");
    }
  }
}

TEST_CASE("A state that is not PyTorch's is refused with PyTorch's names and all shapes") {
  Json request = golden_request("attention, no bias");
  request["state"]["in_proj_weight"] = request["state"]["out_proj.weight"];
  request["state"].erase("out_proj.weight");
  request["state"]["in_proj_bias"] = request["state"]["in_proj_weight"];
  CHECK(error_of(request) ==
        "MultiHeadAttention: load_pytorch_state: the state does not fit:\n"
        "  unexpected: in_proj_bias\n"
        "  does not fit: in_proj_weight is f64 [18, 6], given f64 [6, 6]\n"
        "  missing: out_proj.weight");
  request = golden_request("decoder layer");
  request["state"].erase("norm3.weight");
  request["state"].erase("multihead_attn.in_proj_bias");
  CHECK(error_of(request) ==
        "TransformerBlock: load_pytorch_state: the state does not fit:\n"
        "  missing: multihead_attn.in_proj_bias\n"
        "  missing: norm3.weight");
  request = golden_request("encoder");
  request["state"]["norm.weight"] = request["state"]["layers.0.norm1.weight"];
  CHECK(error_of(request) ==
        "TransformerStack: load_pytorch_state: the state does not fit:\n"
        "  unexpected: norm.weight");
}

TEST_CASE("What PyTorch's layers do not have is not exported") {
  const auto exported = [](const Module& module) { return pytorch_state(module.state_dict()); };
  const auto attention = [&](const MultiHeadAttentionConfig& config) {
    return exported(MultiHeadAttention(Slot::root(), config));
  };
  CHECK_THROWS_WITH(attention({.D_1 = 4, .H = 2, .D_qk = 3}),
                    "pytorch_state: nn.MultiheadAttention has W_O and W_Q [E, E], W_K [E, kdim] "
                    "and W_V [E, vdim], not W_O.weight [4, 4], W_Q.weight [6, 4], W_K.weight "
                    "[6, 4], W_V.weight [4, 4]");
  CHECK_THROWS_WITH(attention({.D_1 = 4, .H = 2, .n_kv_heads = 1}),
                    "pytorch_state: nn.MultiheadAttention has W_O and W_Q [E, E], W_K [E, kdim] "
                    "and W_V [E, vdim], not W_O.weight [4, 4], W_Q.weight [4, 4], W_K.weight "
                    "[2, 4], W_V.weight [2, 4]");
  CHECK_THROWS_WITH(attention({.D_1 = 4, .H = 2, .D_out = 3}),
                    "pytorch_state: nn.MultiheadAttention has W_O and W_Q [E, E], W_K [E, kdim] "
                    "and W_V [E, vdim], not W_O.weight [3, 4], W_Q.weight [4, 4], W_K.weight "
                    "[4, 4], W_V.weight [4, 4]");
  CHECK_THROWS_WITH(attention({.D_1 = 4, .H = 2, .key_bias = Bias::none}),
                    "pytorch_state: nn.MultiheadAttention has four biases or none, beside "
                    "W_O.weight there are 3");
  CHECK_THROWS_WITH(
      attention({.D_1 = 4, .H = 2, .relative_positions = with_positions<AlibiPositions>(2)}),
      "pytorch_state: PyTorch's layers have no counterpart of positions.slopes [2]");
  CHECK_THROWS_WITH(exported(FeedForward(Slot::root(), 4, 3, Activation::swiglu)),
                    "pytorch_state: PyTorch's layers have no counterpart of gate.weight [3, 4]");
  NamedTensors state = MultiHeadAttention(Slot::root(), {.D_1 = 4, .H = 2}).state_dict();
  CHECK_THROWS_WITH(pytorch_state({state[0]}),
                    "pytorch_state: PyTorch's layers have no counterpart of W_Q.weight [4, 4]");
  CHECK_THROWS_WITH(pytorch_state({state[6]}), "pytorch_state: there is no W_Q.weight");
  state[3].second = Tensor();
  CHECK_THROWS_WITH(pytorch_state(state), "pytorch_state: W_K.bias is undefined");
}

TEST_CASE("The projections of an attention are packed in PyTorch's order, whatever ours is") {
  Rng rng(stream(1, Purpose::user));
  MultiHeadAttention attention(Slot::root(), {.D_1 = 4, .H = 2});
  attention.reset_parameters(rng);
  NamedTensors state = attention.state_dict();
  const NamedTensors want = pytorch_state(state);
  std::reverse(state.begin(), state.end());
  const NamedTensors got = pytorch_state(state);
  REQUIRE(got.size() == 4);
  for (size_t i = 0; i < 4; ++i) {
    CHECK(got[i].first == want[i].first);
    CHECK(bit_difference(got[i].second, want[i].second) == "");
  }
}

TEST_CASE("heed-eval refuses masks that it cannot understand") {
  const Json request = golden_request("attention, causal");
  CHECK(mask_error(request, {{"type", "causal"}, {"on", "cross"}}) ==
        "\"on\" of a mask must be one of \"self\", not \"cross\"");
  CHECK(mask_error(golden_request("transformer"), {{"type", "causal"}, {"on", "memory"}}) ==
        "\"on\" of a mask must be one of \"self\", \"cross\", \"source\", not \"memory\"");
  CHECK(mask_error(request, {{"type", "casual"}}) ==
        "\"type\" of a mask must be one of \"keep\", \"block\", \"additive\", \"lengths\", "
        "\"causal\", \"window\", not \"casual\"");
  CHECK(mask_error(request, {{"type", 3}}) == "\"type\" of a mask must be a string");
  CHECK(mask_error(request, 3) == "a mask must be an object");
  CHECK(mask_error(request, {{"type", "causal"}, {"layout", "BHL"}}) ==
        "unknown key \"layout\" in a mask");
  CHECK(mask_error(request, {{"type", "block"}, {"mask", nullptr}}) ==
        "a mask of type \"block\" needs its \"mask\"");
  CHECK(mask_error(request, {{"type", "window"}}) ==
        "a mask of type \"window\" needs its \"width\"");
  CHECK(mask_error(request, {{"type", "causal"}, {"alignment", "left"}}) ==
        "\"alignment\" must be \"top_left\" or \"bottom_right\", not \"left\"");
  Json odd = request;
  odd["masks"] = 3;
  CHECK(error_of(odd) == "\"masks\" must be a list");
}

TEST_CASE("heed-eval takes a window by either of its names, and both alignments") {
  Json request = golden_request("attention, causal, more keys");
  const auto output_under = [&](const Json& mask) {
    request["masks"] = Json::array({mask});
    return tensor_from_json(answered(request)["outputs"][0], "output");
  };
  const Tensor by_width = output_under({{"type", "window"}, {"width", 1}});
  CHECK(bit_difference(output_under({{"type", "window"}, {"window", 1}}), by_width) == "");
  const Tensor shifted = output_under({{"type", "causal"}, {"alignment", "bottom_right"}});
  CHECK(difference(shifted, output_under({{"type", "causal"}}), 1e-6) != "");
}

}  // namespace heed::testing::pytorch_layers_test

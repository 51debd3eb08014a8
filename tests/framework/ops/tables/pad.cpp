// Rows of framework/ops/pad.h.
#include "heed/framework/ops/pad.h"

#include "heed/tests/framework/ops/case/op_rows.h"
#include "heed/tests/framework/ops/reference/scatter.h"

namespace heed::testing {
namespace {

PadMode mode_of(const Attributes& with) {
  const std::string name = with.text("mode");
  if (name == "constant") return PadMode::constant;
  if (name == "reflect") return PadMode::reflect;
  if (name == "replicate") return PadMode::replicate;
  if (name == "circular") return PadMode::circular;
  throw RequestError(R"(mode must be "constant", "reflect", "replicate" or "circular")");
}

std::vector<Sample> pad_samples() {
  std::vector<Sample> samples = {
      {{any({2, 3})}, {{"pad", {2, 0, 0, 5}}, {"value", 1}}},
      {{any({})}, {{"pad", Json::array()}}},
      {{any({0, 3})}, {{"pad", {1, 1, 2, 0}}}},
      {{any({3})}, {{"pad", {-3, 2}}}},
      {{any({3})}, {{"pad", {5, -3}}}},
      {{any({2, 1, 2, 1, 2, 1, 2, 1})},
       {{"pad", {1, 0, 0, 0, 0, 1, -1, 0, 0, 0, 0, -1, 1, 0, 0, 1}}}},
      {{any({4, 3})}, {{"pad", {2, 9, 0, 3}}, {"mode", "replicate"}}},
  };
  for (const char* mode : {"constant", "reflect", "replicate", "circular"}) {
    samples.push_back({{any({4})}, {{"pad", {2, 3}}, {"mode", mode}}});
    samples.push_back({{any({2, 3, 4})}, {{"pad", {0, 3, 2, 1, 1, 1}}, {"mode", mode}}});
    samples.push_back({{any({2, 4, 5})}, {{"pad", {-1, 2, 2, -2}}, {"mode", mode}}});
    samples.push_back({{any({2, 0, 5})}, {{"pad", {1, -2}}, {"mode", mode}}});
    samples.push_back({{any({3, 4})}, {{"pad", {0, 0}}, {"mode", mode}}});
    samples.push_back({{any({30, 700})}, {{"pad", {20, 30, 4, 5}}, {"mode", mode}}});
  }
  return samples;
}

std::vector<ErrorCase> pad_errors() {
  const std::vector<Input> x = {of_type(f32, {2, 3})};
  return {
      {x,
       {{"pad", {1, 2, 3}}},
       "pad: takes two sizes for each of the last dimensions, got 3 sizes for [2, 3]"},
      {x,
       {{"pad", {1, 2, 3, 4, 5, 6}}},
       "pad: takes two sizes for each of the last dimensions, got 6 sizes for [2, 3]"},
      {x, {{"pad", {-4, 5}}}, "pad: crops more than dim 1 of [2, 3] has: -4 before and 5 behind"},
      {x, {{"pad", {-2, -2}}}, "pad: crops more than dim 1 of [2, 3] has: -2 before and -2 behind"},
      {x,
       {{"pad", {0, 0, 2, 0}}, {"mode", "reflect"}},
       "pad: mirrors as much as or more than dim 0 of [2, 3] has: 2 before and 0 behind"},
      {x,
       {{"pad", {4, 0}}, {"mode", "circular"}},
       "pad: repeats more than dim 1 of [2, 3] has: 4 before and 0 behind"},
      {x,
       {{"pad", {-2, 3}}, {"mode", "circular"}},
       "pad: repeats more than dim 1 of [2, 3] has: -2 before and 3 behind"},
      {{of_type(f32, {0})},
       {{"pad", {1, 0}}, {"mode", "replicate"}},
       "pad: repeats more than dim 0 of [0] has: 1 before and 0 behind"},
      {x,
       {{"pad", {1, 0}}, {"mode", "reflect"}, {"value", 2}},
       "pad: value 2 is for the mode constant only"},
      {x,
       {{"pad", {int64_t{1} << 62, 0}}},
       "pad: 4611686018427387904 elements are too many for dim 1 of [2, 3]"},
      {x,
       {{"pad", {1, 0}}, {"mode", "edge"}},
       R"(mode must be "constant", "reflect", "replicate" or "circular")"},
  };
}

}  // namespace

OpTable pad_ops() {
  return {of_any_dtype(
      "pad", {integers("pad"), text("mode", "constant"), number("value", 0.0)},
      [](auto& x, auto& with) {
        return pad(x, with.integers("pad"), mode_of(with), with.number("value"));
      },
      [](auto& x, auto& with) {
        return reference::pad(x, with.integers("pad"), with.text("mode"), with.number("value"));
      },
      pad_samples(), pad_errors())};
}

}  // namespace heed::testing

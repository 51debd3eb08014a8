// Rows of framework/ops/random.h: with a seed they are functions like others.
#include "heed/framework/ops/random.h"

#include <array>
#include <cmath>

#include "heed/tests/framework/ops/case/op_rows.h"

namespace heed::testing {
namespace {

using reference::NdArray;

/// Word `index` of the stream 0 of `seed`: the rounds of Philox as the paper writes them.
uint32_t philox_word(uint64_t seed, uint64_t index) {
  const uint64_t mask = 0xFFFFFFFFU;
  std::array<uint64_t, 4> word{(index / 4) & mask, (index / 4) >> 32, 0, 0};
  uint64_t key_left = seed & mask;
  uint64_t key_right = seed >> 32;
  for (int round = 0; round < 10; ++round) {
    const uint64_t left = word[0] * 0xD2511F53U;
    const uint64_t right = word[2] * 0xCD9E8D57U;
    word = {(right >> 32) ^ word[1] ^ key_left, right & mask, (left >> 32) ^ word[3] ^ key_right,
            left & mask};
    key_left = (key_left + 0x9E3779B9U) & mask;
    key_right = (key_right + 0xBB67AE85U) & mask;
  }
  return static_cast<uint32_t>(word[index % 4]);
}

/// Element i is 0 if word i of Philox4x32-10 with key `seed`, as a fraction of 24 bits, is below p;
/// else x / (1 − p).
NdArray naive_dropout(const NdArray& x, double p, uint64_t seed) {
  NdArray y = x;
  for (size_t i = 0; i < y.data.size(); ++i) {
    const double uniform = std::ldexp(static_cast<double>(philox_word(seed, i) >> 8), -24);
    y.data[i] = uniform < p ? 0 : x.data[i] / (1 - p);
  }
  return y;
}

}  // namespace

OpTable random_ops() {
  OpTable table = {{
      .name = "dropout",
      .inputs = {"x"},
      .attributes = {number("p", 0.5), integer("seed", 0)},
      .call =
          [](auto& in, auto& with) {
            const auto seed = static_cast<uint64_t>(with.integer("seed"));
            return dropout(in[0], with.number("p"), RandomStream{seed, 0});
          },
      .reference =
          [](auto& in, auto& with) {
            return naive_dropout(in[0], with.number("p"),
                                 static_cast<uint64_t>(with.integer("seed")));
          },
      .samples = any_shapes(any, {{"p", 0.25}, {"seed", 7}}),
      .errors = {{{of_type(f32, {2})}, {{"p", -0.5}}, "dropout: p must be in [0, 1], got -0.5"},
                 {{of_type(f32, {2})}, {{"p", "NaN"}}, "dropout: p must be in [0, 1], got nan"}},
      .no_golden_case = "it is random",
  }};
  for (const double p : {0.0, 0.5, 1.0}) {
    table[0].samples.push_back({{any({3, 5})}, {{"p", p}, {"seed", 123456789012345}}});
  }
  return table;
}

}  // namespace heed::testing

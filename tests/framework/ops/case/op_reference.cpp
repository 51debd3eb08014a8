#include "heed/tests/framework/ops/case/op_reference.h"

#include <array>
#include <cmath>

namespace heed::reference {
namespace {

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

}  // namespace

NdArray erf(const NdArray& x) {
  NdArray y = x;
  for (double& value : y.data) value = std::erf(value);
  return y;
}

NdArray cast(const NdArray& x, const std::string& dtype) {
  NdArray y = x;
  for (double& value : y.data) {
    if (dtype == "f32") value = static_cast<double>(static_cast<float>(value));
    if (dtype == "i64") value = std::trunc(value);
    if (dtype == "bool") value = value != 0 ? 1 : 0;
  }
  return y;
}

NdArray index_add(const NdArray& x, int64_t dim, const NdArray& index, const NdArray& source) {
  NdArray y = x;
  const size_t axis = wrap_dim(dim, x.rank());
  for_each_index(source.shape, [&](const Index& from) {
    Index to = from;
    if (!to.empty())
      to[axis] = static_cast<int64_t>(index.data.at(static_cast<size_t>(from[axis])));
    y.at(to) += source.at(from);
  });
  return y;
}

NdArray scatter_add(const NdArray& x, int64_t dim, const NdArray& index, const NdArray& source) {
  NdArray y = x;
  const size_t axis = wrap_dim(dim, x.rank());
  for_each_index(index.shape, [&](const Index& from) {
    Index to = from;
    if (!to.empty()) to[axis] = static_cast<int64_t>(index.at(from));
    y.at(to) += source.at(from);
  });
  return y;
}

NdArray slice_backward(const NdArray& g, const std::vector<int64_t>& shape, int64_t dim,
                       int64_t start, int64_t end, int64_t step) {
  NdArray y = filled(shape, 0);
  const size_t axis = wrap_dim(dim, y.rank());
  for_each_index(g.shape, [&](const Index& from) {
    Index to = from;
    to[axis] = start + step * from[axis];
    if (to[axis] < end) y.at(to) = g.at(from);
  });
  return y;
}

NdArray dropout(const NdArray& x, double p, uint64_t seed) {
  NdArray y = x;
  for (size_t i = 0; i < y.data.size(); ++i) {
    const double uniform = std::ldexp(static_cast<double>(philox_word(seed, i) >> 8), -24);
    y.data[i] = uniform < p ? 0 : x.data[i] / (1 - p);
  }
  return y;
}

}  // namespace heed::reference

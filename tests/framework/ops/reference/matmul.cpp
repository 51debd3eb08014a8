#include "heed/tests/framework/ops/reference/matmul.h"

#include <stdexcept>

namespace heed::reference {

NdArray matmul(const NdArray& a, const NdArray& b) {
  if (a.shape.empty() || b.shape.empty()) throw std::invalid_argument("matmul: 0-d array");
  NdArray left = a;
  NdArray right = b;
  if (a.rank() == 1) left.shape = {1, a.shape[0]};
  if (b.rank() == 1) right.shape = {b.shape[0], 1};
  const int64_t rows = left.shape[left.shape.size() - 2];
  const int64_t inner = left.shape.back();
  const int64_t columns = right.shape.back();
  if (right.shape[right.shape.size() - 2] != inner) {
    throw std::invalid_argument("matmul: inner dimensions differ");
  }
  const std::vector<int64_t> batch = broadcast_shapes({left.shape.begin(), left.shape.end() - 2},
                                                      {right.shape.begin(), right.shape.end() - 2});
  std::vector<int64_t> shape = batch;
  shape.push_back(rows);
  shape.push_back(columns);
  NdArray y = filled(shape, 0.0);
  for_each_index(shape, [&](const Index& index) {
    // `broadcast_at` would take an inner size of 1 for a broadcast one: harmless, k is 0 then. It
    // drops leading dims, so the same index serves operands of different ranks.
    Index left_index = index;
    Index right_index = index;
    double total = 0.0;
    for (int64_t k = 0; k < inner; ++k) {
      left_index[index.size() - 1] = k;
      right_index[index.size() - 2] = k;
      total += broadcast_at(left, left_index) * broadcast_at(right, right_index);
    }
    y.at(index) = total;
  });
  y.shape = batch;
  if (a.rank() > 1) y.shape.push_back(rows);
  if (b.rank() > 1) y.shape.push_back(columns);
  return y;
}

NdArray linear(const NdArray& x, const NdArray& weight, const std::optional<NdArray>& bias) {
  if (weight.rank() != 2 || x.shape.empty() || x.shape.back() != weight.shape[1]) {
    throw std::invalid_argument("linear: x is [..., in], weight is [out, in]");
  }
  std::vector<int64_t> shape = x.shape;
  shape.back() = weight.shape[0];
  NdArray y = filled(shape, 0.0);
  for_each_index(shape, [&](const Index& index) {
    const int64_t out = index.back();
    Index source = index;
    double total = bias ? bias->at({out}) : 0.0;
    for (int64_t in = 0; in < weight.shape[1]; ++in) {
      source.back() = in;
      total += x.at(source) * weight.at({out, in});
    }
    y.at(index) = total;
  });
  return y;
}

}  // namespace heed::reference

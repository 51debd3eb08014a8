// The loop under every elementwise kernel: N strided operands of one shape, walked together.
// Dimensions that are dense in all operands are merged first, so common layouts are one long run.
#pragma once

#include <array>
#include <cstdint>

#include "heed/framework/base/parallel.h"
#include "heed/framework/tensor/shape.h"

namespace heed::kernels {

inline constexpr int64_t elements_per_chunk = 8192;  // of a parallel loop: fixed, so are the bits

/// One shape and the strides of `count` operands over it, with as few dimensions as possible.
template <size_t count>
struct StridedLoop {
  using Offsets = std::array<int64_t, count>;

  int64_t rank = 0;
  int64_t numel = 1;
  std::array<int64_t, max_rank> sizes{};
  std::array<Offsets, max_rank> steps{};  // per dimension, per operand

  StridedLoop(const Shape& shape, const std::array<const Strides*, count>& strides) {
    for (int64_t d = 0; d < shape.size(); ++d) {
      numel *= shape[d];
      if (shape[d] == 1) continue;
      Offsets step;
      for (size_t k = 0; k < count; ++k) step[k] = (*strides[k])[d];
      if (rank > 0 && is_dense_over(at(steps, rank - 1), step, shape[d])) {
        at(sizes, rank - 1) *= shape[d];
        at(steps, rank - 1) = step;
      } else {
        at(sizes, rank) = shape[d];
        at(steps, rank) = step;
        ++rank;
      }
    }
    if (rank == 0) {  // one element: a run of one, each operand dense
      at(sizes, 0) = 1;
      at(steps, 0).fill(1);
      rank = 1;
    }
  }

  /// `rows` runs of `length` elements: element i of row r of operand k is at
  /// offsets[k] + r·row_steps[k] + i·steps[k].
  struct Block {
    Offsets offsets, steps, row_steps;
    int64_t length, rows;
  };

  /// Calls block(Block) until all elements [begin, end) are done.
  template <class Call>
  void for_each_block(int64_t begin, int64_t end, const Call& call) const {
    walk(
        begin, end,
        [](const void* context, const Block& block) {
          (*static_cast<const Call*>(context))(block);
        },
        &call);
  }

  /// Calls run(offsets, length, steps) for each innermost run of the elements [begin, end):
  /// operand k has its elements at offsets[k] + i·steps[k], i < length.
  template <class Run>
  void for_each_run(int64_t begin, int64_t end, const Run& run) const {
    for_each_block(begin, end, [&](const Block& block) {
      Offsets offsets = block.offsets;
      for (int64_t row = 0; row < block.rows; ++row) {
        run(offsets, block.length, block.steps);
        for (size_t k = 0; k < count; ++k) offsets[k] += block.row_steps[k];
      }
    });
  }

  /// As for_each_run over all elements, in parallel.
  template <class Run>
  void parallel(const Run& run) const {
    parallel_for(numel, elements_per_chunk,
                 [&](int64_t begin, int64_t end) { for_each_run(begin, end, run); });
  }

 private:
  /// The callable of for_each_block without its type: `context` points to it.
  using BlockBody = void (*)(const void* context, const Block& block);
  void walk(int64_t begin, int64_t end, BlockBody body, const void* context) const;

  template <class Array>
  static auto& at(Array& array, int64_t i) {
    return array[static_cast<size_t>(i)];
  }
  template <class Array>
  static const auto& at(const Array& array, int64_t i) {
    return array[static_cast<size_t>(i)];
  }
  static bool is_dense_over(const Offsets& outer, const Offsets& inner, int64_t size) {
    for (size_t k = 0; k < count; ++k) {
      if (outer[k] != inner[k] * size) return false;
    }
    return true;
  }
  void advance(Offsets& offsets, int64_t d, int64_t by) const {
    for (size_t k = 0; k < count; ++k) offsets[k] += by * at(steps, d)[k];
  }
};

template <size_t count>
void StridedLoop<count>::walk(int64_t begin, int64_t end, BlockBody body,
                              const void* context) const {
  if (begin >= end) return;
  std::array<int64_t, max_rank> index{};
  const int64_t inner = rank - 1;
  Block block{};
  block.steps = at(steps, inner);
  if (inner > 0) block.row_steps = at(steps, inner - 1);
  Offsets& offsets = block.offsets;
  int64_t rest = begin;
  for (int64_t d = inner; d >= 0; --d) {
    at(index, d) = rest % at(sizes, d);
    rest /= at(sizes, d);
    advance(offsets, d, at(index, d));
  }
  while (true) {
    const int64_t size = at(sizes, inner);
    const int64_t left = size - at(index, inner);
    block.length = left < end - begin ? left : end - begin;
    block.rows = 1;
    if (inner > 0 && block.length == size) {
      const int64_t below = at(sizes, inner - 1) - at(index, inner - 1);
      const int64_t whole = (end - begin) / size;
      block.rows = below < whole ? below : whole;
    }
    body(context, block);
    begin += block.rows * block.length;
    if (begin >= end) return;
    advance(offsets, inner, -at(index, inner));
    at(index, inner) = 0;
    advance(offsets, inner - 1, block.rows);
    at(index, inner - 1) += block.rows;
    for (int64_t d = inner - 1; d > 0 && at(index, d) == at(sizes, d); --d) {
      advance(offsets, d, -at(index, d));
      at(index, d) = 0;
      advance(offsets, d - 1, 1);
      ++at(index, d - 1);
    }
  }
}

// In map.cpp.
extern template struct StridedLoop<1>;
extern template struct StridedLoop<2>;
extern template struct StridedLoop<3>;
extern template struct StridedLoop<4>;

}  // namespace heed::kernels

// One head of attention as the kernels of each SIMD target get it: pointers and steps, no tensors.
#pragma once

#include <algorithm>
#include <cstdint>

#include "heed/framework/base/random.h"

namespace heed::kernels {

/// Rows of one head, dense along D: row i begins at data + i·row.
template <class T>
struct HeadRows {
  T* data;
  int64_t row;

  T* at(int64_t i) const { return data + i * row; }
};

/// Element (i, j) of a mask or bias over [L_1, L_2]; null if there is none.
template <class T>
struct Grid {
  const T* data = nullptr;
  int64_t row = 0, col = 0;

  const T* at(int64_t i, int64_t j) const { return data + i * row + j * col; }
};

/// Zeros among the weights: word n of the stream decides about weight n of all heads.
struct HeadDropout {
  double p = 0;
  RandomStream stream = {};
  int64_t first = 0;  ///< the number of the head's first weight
};

constexpr int64_t query_tile = 128;
constexpr int64_t key_tile = 256;

/// Queries of a tile: fewer where places limit what a query sees, as only keys that none of a
/// tile's queries sees are skipped.
constexpr int64_t query_tile_of(int64_t L_1, bool limited) {
  return !limited ? query_tile : L_1 <= 256 ? 16 : 32;
}

template <class T>
struct AttentionHead {
  int64_t L_1, L_2, D_qk, D_v;
  int64_t tile;  // queries, at most query_tile
  T scale;
  int64_t first, last;  // query i sees keys i + first … i + last
  HeadRows<const T> query, key, value;
  Grid<bool> blocked;
  Grid<T> bias;
  HeadDropout dropout;
  HeadRows<T> output;  // written by forward, read by backward
  T* maximum;          // [L_1]
  T* reciprocal;       // [L_1], 0 for a query that sees nothing

  bool may_see_nothing() const {
    return blocked.data != nullptr || first_key(L_1 - 1) == L_2 || end_key(0) == 0;
  }
  int64_t first_key(int64_t i) const { return std::clamp<int64_t>(i + first, 0, L_2); }
  int64_t end_key(int64_t i) const { return std::clamp<int64_t>(i + last + 1, 0, L_2); }
  /// Whether query i may see no key.
  bool is_blind(int64_t i) const {
    for (int64_t j = first_key(i); j < end_key(i); ++j) {
      if (blocked.data == nullptr || !*blocked.at(i, j)) return false;
    }
    return true;
  }
};

/// Where the gradients of one head go.
template <class T>
struct HeadGradients {
  HeadRows<const T> g;     // of the output
  HeadRows<T> query;       // [L_1, D_qk], overwritten for the queries of the call
  HeadRows<T> key, value;  // [L_2, D], added to
};

/// What each SIMD target has. `scratch` holds scratch_size() elements, aligned to 64 bytes.
template <class T>
struct AttentionKernels {
  int64_t (*scratch_size)(const AttentionHead<T>& head);
  /// Queries [begin, end).
  void (*forward)(const AttentionHead<T>& head, int64_t begin, int64_t end, T* scratch);
  /// What queries [begin, end) contribute to the gradients of keys and values, which they `add` to
  /// (the last tile overwrites unless `add`), and the gradients of these queries.
  void (*backward)(const AttentionHead<T>& head, const HeadGradients<T>& gradients, int64_t begin,
                   int64_t end, bool add, T* scratch);
};

AttentionKernels<float> attention_kernels(float);
AttentionKernels<double> attention_kernels(double);

}  // namespace heed::kernels

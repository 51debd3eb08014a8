// One head of attention as the kernels of each SIMD target get it: pointers and strides, no
// tensors.
#pragma once

#include <algorithm>
#include <cstdint>

#include "heed/framework/base/random.h"
#include "heed/framework/kernels/simd/strided.h"

namespace heed::kernels {

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
  int64_t first, last;                 // query i sees keys i + first … i + last
  Strided<const T> query, key, value;  // rows are dense
  Strided<const bool> blocked;         // over [L_1, L_2], as bias; null if there is none
  Strided<const T> bias;
  HeadDropout dropout;
  Strided<T> output;  // written by forward, read by backward
  T* maximum;         // [L_1]
  T* reciprocal;      // [L_1], 0 for a query that sees nothing

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
  Strided<const T> g;     // of the output
  Strided<T> query;       // [L_1, D_qk], overwritten for the queries of the call
  Strided<T> key, value;  // [L_2, D]
  bool add;               // to those of keys and values; else the last tile overwrites them
};

struct QueryRange {
  int64_t begin, end;
};

/// What each SIMD target has. `scratch` holds scratch_size() elements, aligned to 64 bytes.
template <class T>
struct AttentionKernels {
  int64_t (*scratch_size)(const AttentionHead<T>& head);
  void (*forward)(const AttentionHead<T>& head, const QueryRange& queries, T* scratch);
  /// What the queries contribute to the gradients of keys and values, and their own gradients.
  void (*backward)(const AttentionHead<T>& head, const HeadGradients<T>& gradients,
                   const QueryRange& queries, T* scratch);
};

/// For f32 and f64.
template <class T>
AttentionKernels<T> attention_kernels();

}  // namespace heed::kernels

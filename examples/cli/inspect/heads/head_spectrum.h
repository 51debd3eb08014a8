// HeadSpectrum: how many directions a head compares and moves, whatever it reads.
#pragma once

#include <vector>

#include "heed/modules/attention/multi_head_attention.h"

namespace heed {

/// Singular values, largest first, of a head's two matrices. Elhage et al. 2021.
struct HeadSpectrum {
  /// Of W_Qᵀ W_K [D_1, D_2]: scores are x1 (W_Qᵀ W_K) x2ᵀ / √D_qk, but for biases, positions and
  /// norms of queries and keys.
  std::vector<double> qk;
  /// Of W_O W_V [D_out, D_value]: what is added to a query's position is this, times what it reads.
  std::vector<double> ov;
};

/// One for each head.
std::vector<HeadSpectrum> head_spectra(const MultiHeadAttention& attention);

}  // namespace heed

// Normalisation.
#pragma once

#include <optional>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// (x − mean) / √(var + eps) · weight + bias over the trailing dimensions `normalized_shape`, with
/// the biased variance. `weight` and `bias` have that shape or are undefined. Ba, Kiros & Hinton
/// 2016.
Tensor layer_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight = Tensor(),
                  const Tensor& bias = Tensor(), double eps = 1e-5);

/// x / √(mean(x²) + eps) · weight over the trailing dimensions `normalized_shape`. Without eps it
/// is the dtype's machine epsilon, as in PyTorch. Zhang & Sennrich 2019.
Tensor rms_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight = Tensor(),
                std::optional<double> eps = {});

/// Σ x1·x2 / (max(‖x1‖, eps) · max(‖x2‖, eps)) along `dim`, each norm along it; shapes broadcast.
Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, int64_t dim = 1, double eps = 1e-8);

}  // namespace heed

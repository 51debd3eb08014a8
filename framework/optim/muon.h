// Muon: momentum made orthogonal, for the hidden matrices of a network.
#pragma once

#include <array>

#include "heed/framework/optim/optimizer.h"

namespace heed {

/// How the update of a matrix [rows, columns] is scaled.
enum class MuonScale {
  original,         ///< √max(1, rows / columns)
  match_rms_adamw,  ///< 0.2·√max(rows, columns): learning rates and decays of AdamW fit
  none,             ///< by 1
};

/// PyTorch's options and defaults, but for `weight_decay`.
struct MuonConfig {
  double lr = 1e-3;         ///< learning rate
  double momentum = 0.95;   ///< decay rate of the mean gradient
  double weight_decay = 0;  ///< shrinks the parameter; PyTorch's default is 0.1
  bool nesterov = true;     ///< the update looks one step ahead
  int64_t rounds = 5;       ///< of the Newton–Schulz iteration
  /// Of the iteration's polynomial, a·x + b·x³ + c·x⁵.
  std::array<double, 3> coefficients{3.4445, -4.7750, 2.0315};
  double eps = 1e-7;                      ///< keeps the first norm from being 0
  MuonScale scale = MuonScale::original;  ///< how updates are scaled to the matrix's shape
};

/// The mean gradient of a matrix, with all its singular values brought near 1 by a few rounds of
/// X ← aX + b(XXᵀ)X + c(XXᵀ)²X. Jordan 2024; PyTorch's algorithm, which computes the rounds in
/// bfloat16 where this keeps the parameter's dtype.
class Muon : public Optimizer {
 public:
  /// Throws ValueError also if a parameter is not a matrix.
  Muon(const ParameterGroups& groups, const MuonConfig& config);

 private:
  void update(std::span<const Change> changes) override;
  /// The direction of matrices of one shape, one above the other.
  Tensor orthogonal(const Tensor& stacked) const;
  /// Moves the mean gradient; what is to be made orthogonal.
  Tensor mean_gradient(const Change& change) const;
  double scale_of(const Tensor& parameter) const;

  MuonConfig config_;
  const std::vector<Tensor>& momentum_;
};

}  // namespace heed

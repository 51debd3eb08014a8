// Adam and AdamW: PyTorch's algorithms and defaults. Each step is one pass over all parameters.
#pragma once

#include "heed/framework/optim/optimizer.h"

namespace heed {

/// PyTorch's options, and its defaults but for `weight_decay`.
struct AdamConfig {
  double lr = 1e-3;         ///< learning rate
  double beta1 = 0.9;       ///< decay rate of the mean gradient
  double beta2 = 0.999;     ///< decay rate of the mean squared gradient
  double eps = 1e-8;        ///< added to the root, against division by 0
  double weight_decay = 0;  ///< joins the gradient (Adam) or shrinks the parameter (AdamW)
  bool amsgrad = false;     ///< divide by the largest v so far. Reddi et al. 2018
};

/// Adam, whose weight decay joins the gradient. Kingma & Ba 2015.
class Adam : public Optimizer {
 public:
  /// Throws ValueError for options out of range.
  Adam(const ParameterGroups& groups, const AdamConfig& config)
      : Adam("Adam", groups, config, false) {}

 protected:
  Adam(const char* name, const ParameterGroups& groups, const AdamConfig& config, bool decoupled);

 private:
  void update(std::span<const Change> changes) override;
  AdamConfig config_;
  bool decoupled_;
  const std::vector<Tensor>& m_;
  const std::vector<Tensor>& v_;
  const std::vector<Tensor>* v_max_ = nullptr;
};

/// Adam whose weight decay shrinks the parameter itself. Loshchilov & Hutter 2019.
class AdamW : public Adam {
 public:
  /// PyTorch's default decay is 0.01: AdamW(parameters, {.weight_decay = 0.01}).
  AdamW(const ParameterGroups& groups, const AdamConfig& config)
      : Adam("AdamW", groups, config, true) {}
};

}  // namespace heed

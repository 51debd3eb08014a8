// Derivatives of a computation by differences of its values, beside the analytic ones: what
// leaf_gradcheck compares, one element at a time.
#pragma once

#include <vector>

#include "heed/framework/autograd/leaf_gradcheck.h"

namespace heed {

/// What was found at one element.
struct Finding {
  double numeric = 0;
  double ratio = 0;
  Disagreement disagreement = Disagreement::none;
  bool is_kink = false;
  bool is_seen = true;     ///< a derivative of the usual size is more than round-off
  bool is_settled = true;  ///< shorter steps would not tell more
};

/// Differences of the weighted outputs to both sides of an element.
struct Sides {
  double step;
  double right;  ///< (f(x + h) − f(x)) / h
  double left;   ///< (f(x) − f(x − h)) / h
  double noise;  ///< the round-off in each of them
  double central() const { return (right + left) / 2; }
  double gap() const { return right - left; }
};

/// What is checked, and how it changes when an element does.
class Examined {
 public:
  /// Computes outputs and analytic gradients. Throws as leaf_gradcheck does.
  Examined(const Computation& computation, std::vector<Tensor> leaves,
           const GradcheckOptions& options);

  /// The analytic gradient of one leaf.
  std::vector<double> gradient(size_t leaf) const;

  /// Compares the derivative by `element` of a leaf, whose largest gradient is `scale`. Puts the
  /// element back.
  Finding examine(double* element, double analytic, double scale) const;

 private:
  std::vector<Tensor> first_cotangents() const;
  std::vector<Tensor> first_gradients(const SweepOptions& sweep) const;
  std::vector<Tensor> recorded() const;
  std::vector<double> values() const;
  Sides sides_of(double* element, double step) const;
  Finding descend(double* element, double analytic, double scale, double step) const;

  const Computation& computation_;
  std::vector<Tensor> leaves_;
  const GradcheckOptions& options_;
  std::vector<Tensor> first_cotangents_;
  std::vector<Tensor> cotangents_, gradients_;
  double largest_ = 0;        ///< of all gradients
  std::vector<double> here_;  ///< the values where the leaves are
};

}  // namespace heed

// Numerical proof of gradients for whole models: of named leaves, some of their elements or all,
// detecting where finite differences are not valid.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "heed/framework/tensor/named_tensors.h"

namespace heed {

/// What counts as equal, and how much is checked.
struct GradcheckOptions {
  double atol = 1e-7;  ///< times the largest gradient, if that is below 1
  double rtol = 1e-5;  ///< times the numeric derivative
  double step = 1e-5;  ///< the longer of two; the other is a tenth of it; both times max(1, |x|)
  std::optional<int64_t> sample = {};  ///< number to check, if not all; at least one of each leaf
  uint64_t seed = 0;                   ///< of the cotangents and of the sample
  bool second_order = false;           ///< check the gradients' own gradients
  std::function<void()> before_each = {};  ///< called before each element; may throw
};

/// One element of a leaf and its two derivatives. `ratio` is |analytic − numeric| over what is
/// allowed; above 1 they disagree.
struct CheckedElement {
  std::string path;     ///< of its leaf
  IntList index;        ///< in its leaf
  double analytic = 0;  ///< by backward()
  double numeric = 0;   ///< by central differences
  double ratio = -1;    ///< −1: not compared
  /// `norm.weight at [2]: analytic 0.25, numeric 0.5, ratio 4.9e+04`
  std::string text() const;
};

/// Why the two derivatives of an element disagree.
enum class Disagreement {
  none,        ///< they agree
  gradient,    ///< neither step agrees: the analytic derivative is wrong
  truncation,  ///< only the shorter step agrees: the function bends too much for the longer one
  round_off,   ///< only the longer step agrees: the function is too noisy for the shorter one
  unseen       ///< round-off, or numbers that are not finite, would hide a wrong derivative
};

/// What the comparison found.
struct GradcheckReport {
  bool passed = false;   ///< whether no element is wrong
  int64_t elements = 0;  ///< that were checked
  int64_t total = 0;     ///< that there are
  int64_t wrong = 0;     ///< that disagree, or where a wrong derivative would not be seen
  std::vector<CheckedElement> kinks;  ///< where the two steps show a function without a derivative
  CheckedElement worst;               ///< of those that are not kinks
  Disagreement disagreement = Disagreement::none;  ///< why the worst is wrong, or none
  /// `gradcheck: passed: 20 of 90 elements, 0 kinks; worst is …`
  std::string text() const;
};

/// Computes the outputs from leaves that it holds: the same bits whenever they are the same.
using Computation = std::function<std::vector<Tensor>()>;

/// Checks the gradient of Σᵢ⟨outputs[i], cᵢ⟩ for random cotangents c, or in second order that of
/// Σⱼ⟨gradients[j], vⱼ⟩ for random directions v, with respect to the elements of the leaves, which
/// are f64, do not overlap themselves and are put back. Central differences of both steps have to
/// agree with the analytic derivative. If they contradict each other, or those to the left and to
/// the right do, the element is tried with shorter steps, also with steps in proportion to |x| or
/// to 1. If the sides still differ, it is a kink (of ReLU or max, say), where a derivative does
/// not exist; more than 0.1 % of them fail the check, as does an element whose derivative is lost
/// in round-off. Throws GradientError if there is nothing to check or if the outputs are not finite
/// or change by themselves; ValueError for a tolerance or a step that lets everything pass.
GradcheckReport leaf_gradcheck(const Computation& computation, const NamedTensors& leaves,
                               const GradcheckOptions& options = {});

namespace detail {

/// Random cotangents for the floating outputs; undefined for the others.
std::vector<Tensor> random_cotangents(const std::vector<Tensor>& outputs, uint64_t seed);

/// The gradients of Σᵢ⟨outputs[i], cotangents[i]⟩ with respect to `inputs`; undefined where nothing
/// depends on one.
std::vector<Tensor> gradients_of(const std::vector<Tensor>& outputs,
                                 const std::vector<Tensor>& cotangents,
                                 const std::vector<Tensor>& inputs,
                                 const SweepOptions& options = {});

}  // namespace detail

}  // namespace heed

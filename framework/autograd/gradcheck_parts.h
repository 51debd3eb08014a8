// What every numerical check of gradients is made of: cotangents, analytic gradients, and one
// element changed for a moment.
#pragma once

#include <cstdint>
#include <vector>

#include "heed/framework/tensor/tensor.h"

namespace heed::detail {

/// Random cotangents for the floating outputs; undefined for the others.
std::vector<Tensor> random_cotangents(const std::vector<Tensor>& outputs, uint64_t seed);

/// The gradients of Σᵢ⟨outputs[i], cotangents[i]⟩ with respect to `inputs`; undefined where nothing
/// depends on one.
std::vector<Tensor> gradients_of(const std::vector<Tensor>& outputs,
                                 const std::vector<Tensor>& cotangents,
                                 const std::vector<Tensor>& inputs,
                                 const SweepOptions& options = {});

/// True for f64 leaves each of whose elements can be changed alone.
bool is_checkable(const Tensor& input);

/// Gives an element its value back, even when the function throws.
struct PutBack {
  double* element;
  double value;
  ~PutBack() { *element = value; }
};

}  // namespace heed::detail

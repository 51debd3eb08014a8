// The sweep: gradients carried from outputs to leaves, newest node first, without recursion.
#pragma once

#include <span>
#include <vector>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// Adds the gradient of Σᵢ⟨outputs[i], gradients[i]⟩ to the `.grad` of every leaf. An undefined or
/// missing gradient means 1 and needs a one-element output. If anything throws, every `.grad` is
/// as it was. Throws GradientError.
void backward(std::span<const Tensor> outputs, std::span<const Tensor> gradients = {},
              const SweepOptions& options = {});

/// The same gradient with respect to `inputs` (leaves or not), returned instead of added; no
/// `.grad` changes, and the graph below the inputs is neither swept nor freed unless one of them
/// is a leaf. An input that the outputs do not depend on is a GradientError, or, if `allow_unused`,
/// yields an undefined tensor.
std::vector<Tensor> grad(std::span<const Tensor> outputs, std::span<const Tensor> inputs,
                         std::span<const Tensor> gradients = {}, const SweepOptions& options = {},
                         bool allow_unused = false);
/// For one output and one input.
Tensor grad(const Tensor& output, const Tensor& input, const Tensor& gradient = Tensor(),
            const SweepOptions& options = {});

/// Inside a pullback: carries `gradient` into the graph of `output` as part of the running sweep.
/// A pullback that recomputed something with recording on hands it over by this, and leaves that
/// it never knew of (captured parameters) get their gradients; a joint pullback may then return an
/// empty `Gradients`. Throws GradientError elsewhere.
void splice(const Tensor& output, const Tensor& gradient);

}  // namespace heed

// Running one op of the table once: inputs made, outputs and gradients kept.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "heed/tests/framework/ops/case/op_case.h"
#include "heed/tests/framework/ops/case/op_layout.h"

namespace heed::testing {

/// Values of a sample's inputs, in the order of the inputs; the same on each call.
std::vector<std::optional<reference::NdArray>> values_of(const OpCase& op, const Sample& sample,
                                                         bool whole = false);

/// Inputs of a sample with the i-th in layout(i); leaves that require grad where they can.
Tensors leaves_of(const OpCase& op, const Sample& sample, DType floating,
                  const std::function<Layout(size_t)>& layout, bool keep_representable = true);
Tensors leaves_of(const OpCase& op, const Sample& sample, DType floating);

struct Run {
  Tensors outputs;
  Tensors gradients;  ///< of the inputs; undefined where there is none
};

/// Forward, and backward with random cotangents in the given layout.
Run run(const OpCase& op, const Sample& sample, const Tensors& inputs,
        Layout cotangents = Layout::contiguous);
/// The same under create_graph.
Run run_with_graph(const OpCase& op, const Sample& sample, const Tensors& inputs);
/// The same with contiguous cotangents of the values that `layout` can hold.
Run run_with_values_of(const OpCase& op, const Sample& sample, const Tensors& inputs,
                       Layout layout);

/// "" if all elements agree, |got − want| ≤ tolerance · (1 + |want|), else what differs most.
std::string difference(const reference::NdArray& got, const reference::NdArray& want,
                       double tolerance);
std::string difference(const Tensor& got, const Tensor& want, double tolerance);
/// "" if both have the same bits.
std::string bit_difference(const Tensor& got, const Tensor& want);

/// `softmax, sample 3 [2, 3] {"dim":1}`.
std::string describe(const OpCase& op, size_t sample);

}  // namespace heed::testing

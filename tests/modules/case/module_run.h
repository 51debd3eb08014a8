// Running one module of the table once: built, filled, called, swept.
#pragma once

#include <functional>
#include <string>

#include "heed/tests/framework/ops/case/op_layout.h"
#include "heed/tests/modules/case/module_case.h"

namespace heed::testing {

/// The module of a sample, under its masks, nothing filled. They are of `dtype`.
BuiltModule built_module(const ModuleCase& row, const ModuleSample& sample, DType dtype);
/// The module of a sample in `dtype`, every parameter filled with values of its own.
BuiltModule filled_module(const ModuleCase& row, const ModuleSample& sample, DType dtype);

/// Inputs of a sample, the i-th in layout(i); leaves that require grad where they can. Without
/// `in_layout` they hold the values that layout(i) can, contiguously.
Tensors module_leaves(const ModuleCase& row, const ModuleSample& sample, DType dtype,
                      const std::function<Layout(size_t)>& layout, bool in_layout = true);
Tensors module_leaves(const ModuleCase& row, const ModuleSample& sample, DType dtype);

/// Calls it as if at one fixed step of a run, so that dropout repeats.
Tensor call_at_test_step(const ModuleCase& row, const BuiltModule& built, const Tensors& inputs);

struct ModuleRun {
  Tensor output;
  Tensors gradients;  ///< of the inputs; undefined where there is none
  NamedTensors parameter_gradients;
};

/// Forward, and backward with random cotangents of the values that `values` can hold, in `layout`.
ModuleRun run_module(const ModuleCase& row, const BuiltModule& built, const Tensors& inputs,
                     Layout values = Layout::contiguous, Layout layout = Layout::contiguous);

/// "" if compare(got, want, is_gradient) finds no difference in outputs and all gradients.
std::string run_difference(
    const ModuleRun& got, const ModuleRun& want,
    const std::function<std::string(const Tensor&, const Tensor&, bool)>& compare);

/// The naive reference on the values of the module's parameters and of `inputs`.
ModuleResult reference_of(const ModuleCase& row, const ModuleSample& sample,
                          const BuiltModule& built, const Tensors& inputs);

/// `my_mha, sample 1 [2, 4, 5] [2, 7, 6] {"D_1":5,…}`.
std::string describe(const ModuleCase& row, size_t sample);

}  // namespace heed::testing

// Running one module of the table once: built, filled, called, swept.
#pragma once

#include <string>

#include "heed/tests/modules/case/module_case.h"
#include "heed/tests/support/case/subject.h"

namespace heed::testing {

/// The place in a run at which checks call modules: what fixes their random numbers.
inline constexpr uint64_t test_seed = 7;
inline constexpr int64_t test_step = 3;
inline constexpr int64_t test_micro_step = 1;

/// The module of a sample, under its masks, nothing filled. They are of `dtype`.
BuiltModule built_module(const ModuleCase& row, const ModuleSample& sample, DType dtype);
/// The module of a sample in `dtype`, every parameter filled with values of its own.
BuiltModule filled_module(const ModuleCase& row, const ModuleSample& sample, DType dtype);

/// What the checks of every table ask of the row at a sample. The row must outlive it.
Subject subject_of(const ModuleCase& row, const ModuleSample& sample);

/// Leaves for it, in row-major order.
Tensors module_leaves(const ModuleCase& row, const ModuleSample& sample, DType dtype);

/// Calls it as if at one fixed step of a run, so that dropout repeats.
Tensor call_at_test_step(const ModuleCase& row, const BuiltModule& built, const Tensors& inputs);
/// Forward and backward of such a call.
Run run_module(const ModuleCase& row, const BuiltModule& built, const Tensors& inputs);

/// The naive reference on the values of the module's parameters and of `inputs`.
ModuleResult reference_of(const ModuleCase& row, const ModuleSample& sample,
                          const BuiltModule& built, const Tensors& inputs);

/// `my_mha, sample 1 [2, 4, 5] [2, 7, 6] {"D_1":5,…}`.
std::string describe(const ModuleCase& row, size_t sample);

}  // namespace heed::testing

// What the checks of attentions share: sizes of a sample by their letters, a module to call, and
// the same module under a mask.
#pragma once

#include <string>
#include <vector>

#include "heed/tests/modules/case/module_checks.h"
#include "heed/tests/modules/case/module_run.h"

namespace heed::testing {

const AttentionRoles& roles_of(const ModuleCase& row);
int64_t batch_of(const ModuleCase& row, const ModuleSample& sample);    ///< B
int64_t queries_of(const ModuleCase& row, const ModuleSample& sample);  ///< L_1
int64_t keys_of(const ModuleCase& row, const ModuleSample& sample);     ///< L_2
/// Whether it is small, none of the three is 0, and no mask or lengths come with the sequences.
bool has_elements(const ModuleCase& row, const ModuleSample& sample);

/// Whether it has elements and its module takes masks.
bool takes_masks(const ModuleCase& row, const ModuleSample& sample);
/// The path of the output projection's bias; "" if there is none.
std::string output_bias_of(const Module& module);

/// The largest |element|; ∞ if one is NaN.
double largest_of(const Tensor& x);

/// A module of the row in f64 and leaves to call it with.
struct AttentionFixture {
  const ModuleCase& row;
  BuiltModule built;
  Tensors inputs;

  AttentionFixture(const ModuleCase& module, const ModuleSample& sample);
  Tensor output(const Tensors& in) const;
  Tensor weights(const Tensors& in) const;
};

/// What an attention does under a mask.
struct MaskedRun {
  Run run;
  Tensor weights;
};

/// Calls it under `mask`. Outputs of the queries that `silent` (bool, broadcasts to the output)
/// marks are replaced by zeros, so that no gradient comes from there.
MaskedRun run_masked(const AttentionFixture& f, const Tensors& inputs, const Mask& mask,
                     const Tensor& silent = {});
/// "" if outputs, weights and all gradients have the same bits.
std::string masked_difference(const MaskedRun& got, const MaskedRun& want);

}  // namespace heed::testing

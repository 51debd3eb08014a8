// What the checks of attentions share: sizes of a sample by their letters, a module to call, and
// the same module under a mask.
#pragma once

#include <optional>
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
extern const ModuleCondition has_elements;
/// Whether it has elements and its module shows its weights.
extern const ModuleCondition shows_weights;
/// Whether it has elements and its module takes masks.
extern const ModuleCondition takes_masks;
/// Whether its module shows its weights under them, too.
extern const ModuleCondition shows_masked_weights;

/// What a module lacks for calls with masks, gates or a cache; "" if nothing.
std::string lack_of_masks(const BuiltModule& built);
std::string lack_of_gates(const BuiltModule& built);
std::string lack_of_caches(const BuiltModule& built);
/// For a Condition's `lack`: the same of the row, from the module of its first sample.
template <std::string (*lack)(const BuiltModule& built)>
std::string lack_in(const ModuleCase& row) {
  return lack(row.build(row.attributes(row.samples.front().arguments)));
}

/// `input 1, "key"`.
std::string named_input(const ModuleCase& row, size_t input);

/// The largest |element|; ∞ if one is NaN; 0 of an undefined tensor.
double largest_of(const Tensor& x);

/// A module of the row in f64 and leaves to call it with.
struct AttentionFixture {
  const ModuleCase& row;
  BuiltModule built;
  Tensors inputs;

  AttentionFixture(const ModuleCase& module, const ModuleSample& sample);
  Tensor output(const Tensors& in) const;
  Tensor weights(const Tensors& in) const;  ///< undefined if it shows none
};

/// What every place of an output is where no value goes in: the path of the parameter that it is
/// to the bit, the bias of the output projection; "" for zeros; nothing if it is neither.
std::optional<std::string> left_over(const AttentionFixture& f, const Tensor& y);
inline constexpr const char* not_left_over =
    "is neither zeros nor a parameter, as the bias of the output projection is one";

/// What an attention does under a mask.
struct MaskedRun {
  Run run;
  Tensor weights;  ///< undefined if it shows none
};

/// Calls it under `mask`. Outputs of the queries that `silent` (bool, broadcasts to the output)
/// marks are replaced by zeros, so that no gradient comes from there.
MaskedRun run_masked(const AttentionFixture& f, const Tensors& inputs, const Mask& mask,
                     const Tensor& silent = {});
/// "" if outputs, weights and all gradients have the same bits.
std::string masked_difference(const MaskedRun& got, const MaskedRun& want);

}  // namespace heed::testing

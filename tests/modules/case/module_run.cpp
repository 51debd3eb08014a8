#include "heed/tests/modules/case/module_run.h"

#include "heed/framework/base/random_scope.h"
#include "heed/tests/support/case/difference.h"

namespace heed::testing {
namespace {

Callable callable_of(const ModuleCase& row, const ModuleSample& sample, const BuiltModule& built) {
  Callable callable{
      [&row, built](const Tensors& in) { return Tensors{call_at_test_step(row, built, in)}; },
      {},
      built.module->named_parameters()};
  if (row.reference) {
    callable.reference = [&row, sample, built](const Tensors& in) {
      return std::vector{reference_of(row, sample, built, in).output};
    };
  }
  return callable;
}

}  // namespace

BuiltModule built_module(const ModuleCase& row, const ModuleSample& sample, DType dtype) {
  const BuiltModule built = row.build(row.attributes(sample.arguments));
  if (sample.masks.empty()) return built;
  return built.under(masks_from_json(sample.masks, row.mask_places, dtype));
}

BuiltModule filled_module(const ModuleCase& row, const ModuleSample& sample, DType dtype) {
  const BuiltModule built = built_module(row, sample, dtype);
  built.module->load_state_dict(random_state(*built.module, row.name));
  built.module->to(dtype);
  built.module->train(sample.train);
  return built;
}

Subject subject_of(const ModuleCase& row, const ModuleSample& sample) {
  return {.row = row.name,
          .inputs = sample.inputs,
          .constants = row.constants,
          .tolerance = row.tolerance,
          .in_dtype =
              [&row, sample](DType dtype) {
                const BuiltModule built = filled_module(row, sample, dtype);
                return callable_of(row, sample, built);
              },
          .smooth = sample.smooth,
          .large = sample.large};
}

Tensors module_leaves(const ModuleCase& row, const ModuleSample& sample, DType dtype) {
  return leaves_of(subject_of(row, sample), dtype);
}

Tensor call_at_test_step(const ModuleCase& row, const BuiltModule& built, const Tensors& inputs) {
  const RandomScope scope(RandomPosition{test_seed, test_step, test_micro_step});
  return call_module(row, built, inputs);
}

Run run_module(const ModuleCase& row, const BuiltModule& built, const Tensors& inputs) {
  return run(row.name, callable_of(row, {}, built), inputs);
}

ModuleResult reference_of(const ModuleCase& row, const ModuleSample& sample,
                          const BuiltModule& built, const Tensors& inputs) {
  const Arrays arrays(inputs);
  const ModuleState state(built.module->state_dict());
  const Attributes with = row.attributes(sample.arguments);
  return row.reference({state, arrays, with, sample.train, sample.masks});
}

std::string describe(const ModuleCase& row, size_t sample) {
  const ModuleSample& own = row.samples.at(sample);
  const std::string masks = own.masks.empty() ? "" : " " + own.masks.dump();
  return text_of(row.name, ", sample ", sample, describe(own.inputs, own.arguments), masks);
}

}  // namespace heed::testing

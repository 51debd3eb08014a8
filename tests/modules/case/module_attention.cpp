#include "heed/tests/modules/case/module_attention.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/support/case/difference.h"

namespace heed::testing {
namespace {

int64_t size_of(const ModuleSample& sample, size_t input, int64_t dim) {
  return sample.inputs.at(input).shape.at(static_cast<size_t>(dim));
}

/// Whether something else comes with the sequences, such as a mask of the document's own.
bool has_more_inputs(const ModuleCase& row, const ModuleSample& sample) {
  const AttentionRoles& roles = roles_of(row);
  for (size_t i = 0; i < sample.inputs.size(); ++i) {
    const bool has_role =
        i == roles.query || std::find(roles.keys.begin(), roles.keys.end(), i) != roles.keys.end();
    if (!has_role && sample.inputs[i].kind != Input::Kind::absent) return true;
  }
  return false;
}

BuiltModule built_of(const ModuleCase& row, const ModuleSample& sample) {
  return row.build(row.attributes(sample.arguments));
}

struct Ability {
  const char* name;
  bool AttentionAbilities::*claimed;
};
constexpr Ability mask_ability{"masks", &AttentionAbilities::masks},
    cache_ability{"caches", &AttentionAbilities::caches},
    head_ability{"heads", &AttentionAbilities::heads};

std::string lack_of(const BuiltModule& built, std::initializer_list<Ability> needed,
                    const char* member, bool is_set) {
  for (const Ability& ability : needed) {
    if (built.abilities && !((*built.abilities).*ability.claimed)) {
      return text_of("its abilities have no ", ability.name);
    }
  }
  return is_set ? "" : text_of("needs BuiltModule::", member);
}

std::string lack_of_weights(const BuiltModule& built) {
  return lack_of(built, {head_ability}, "weights", static_cast<bool>(built.weights));
}
std::string lack_of_masked_weights(const BuiltModule& built) {
  return lack_of(built, {mask_ability, head_ability}, "masked_weights",
                 static_cast<bool>(built.masked_weights));
}

}  // namespace

std::string lack_of_masks(const BuiltModule& built) {
  return lack_of(built, {mask_ability}, "masked", static_cast<bool>(built.masked));
}

std::string lack_of_gates(const BuiltModule& built) {
  return lack_of(built, {head_ability}, "full", static_cast<bool>(built.full));
}

std::string lack_of_caches(const BuiltModule& built) {
  return lack_of(built, {cache_ability}, "full", static_cast<bool>(built.full));
}

std::string named_input(const ModuleCase& row, size_t input) {
  return text_of("input ", input, ", \"", row.inputs.at(input), "\"");
}

const AttentionRoles& roles_of(const ModuleCase& row) {
  return row.attention.value();
}

int64_t batch_of(const ModuleCase& row, const ModuleSample& sample) {
  return size_of(sample, roles_of(row).query, roles_of(row).batch_dim);
}

int64_t queries_of(const ModuleCase& row, const ModuleSample& sample) {
  return size_of(sample, roles_of(row).query, roles_of(row).length_dim);
}

int64_t keys_of(const ModuleCase& row, const ModuleSample& sample) {
  return size_of(sample, roles_of(row).keys.at(0), roles_of(row).length_dim);
}

const ModuleCondition has_elements{
    [](const ModuleCase& row, const ModuleSample& sample) {
      return !sample.large && sample.masks.empty() && !has_more_inputs(row, sample) &&
             std::min({batch_of(row, sample), queries_of(row, sample), keys_of(row, sample)}) > 0;
    },
    "a sample that is not large, with nothing but the sequences and no size of 0"};

const ModuleCondition shows_weights{[](const ModuleCase& row, const ModuleSample& sample) {
                                      return has_elements(row, sample) &&
                                             lack_of_weights(built_of(row, sample)).empty();
                                    },
                                    has_elements.needs, lack_in<lack_of_weights>};

const ModuleCondition takes_masks{[](const ModuleCase& row, const ModuleSample& sample) {
                                    return has_elements(row, sample) &&
                                           lack_of_masks(built_of(row, sample)).empty();
                                  },
                                  has_elements.needs, lack_in<lack_of_masks>};

const ModuleCondition shows_masked_weights{
    [](const ModuleCase& row, const ModuleSample& sample) {
      return takes_masks(row, sample) && lack_of_masked_weights(built_of(row, sample)).empty();
    },
    has_elements.needs, lack_in<lack_of_masked_weights>};

double largest_of(const Tensor& x) {
  if (!x.defined()) return 0;
  double largest = 0;
  for (const double v : array_of(x).data) {
    largest =
        std::isnan(v) ? std::numeric_limits<double>::infinity() : std::max(largest, std::abs(v));
  }
  return largest;
}

std::optional<std::string> left_over(const AttentionFixture& f, const Tensor& y) {
  if (largest_of(y) == 0) return "";
  for (const auto& [path, parameter] : f.built.module->named_parameters()) {
    const Tensor value = parameter.detach();
    if (value.dim() != 1 || value.size(0) != y.size(-1)) continue;
    if (difference(y.detach(), expand(value, y.shape()), 0).empty()) return path;
  }
  return {};
}

AttentionFixture::AttentionFixture(const ModuleCase& module, const ModuleSample& sample)
    : row(module),
      built(filled_module(module, sample, DType::f64)),
      inputs(module_leaves(module, sample, DType::f64)) {}

Tensor AttentionFixture::output(const Tensors& in) const {
  return call_at_test_step(row, built, in).detach();
}

Tensor AttentionFixture::weights(const Tensors& in) const {
  return built.weights ? built.weights(in).detach() : Tensor();
}

MaskedRun run_masked(const AttentionFixture& f, const Tensors& inputs, const Mask& mask,
                     const Tensor& silent) {
  BuiltModule under = f.built;
  under.call = [&](const Tensors& in) {
    const Tensor y = f.built.masked(in, mask);
    return silent.defined() ? masked_fill(y, silent, 0) : y;
  };
  Tensors all = inputs;
  all.resize(f.row.inputs.size());
  MaskedRun result{run_module(f.row, under, inputs), {}};
  const NoGrad guard;
  if (f.built.masked_weights) result.weights = f.built.masked_weights(all, mask);
  return result;
}

std::string masked_difference(const MaskedRun& got, const MaskedRun& want) {
  const std::string problem = bit_difference(got.weights, want.weights);
  if (!problem.empty()) return "weights: " + problem;
  return run_difference(got.run, want.run, same_bits);
}

}  // namespace heed::testing

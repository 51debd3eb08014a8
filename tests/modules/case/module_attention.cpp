#include "heed/tests/modules/case/module_attention.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/ops/elementwise.h"
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

}  // namespace

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

bool has_elements(const ModuleCase& row, const ModuleSample& sample) {
  return !sample.large && sample.masks.empty() && !has_more_inputs(row, sample) &&
         std::min({batch_of(row, sample), queries_of(row, sample), keys_of(row, sample)}) > 0;
}

bool takes_masks(const ModuleCase& row, const ModuleSample& sample) {
  if (!has_elements(row, sample)) return false;
  const BuiltModule built = row.build(row.attributes(sample.arguments));
  return built.masked && built.masked_weights;
}

std::string output_bias_of(const Module& module) {
  for (const auto& [path, parameter] : module.named_parameters()) {
    for (const char* name :
         {"W_O.bias", "W_o.bias", "linear_o.bias", "out_proj.bias", "output.bias"}) {
      if (path == name) return path;
    }
  }
  return "";
}

double largest_of(const Tensor& x) {
  double largest = 0;
  for (const double v : array_of(x).data) {
    largest =
        std::isnan(v) ? std::numeric_limits<double>::infinity() : std::max(largest, std::abs(v));
  }
  return largest;
}

AttentionFixture::AttentionFixture(const ModuleCase& module, const ModuleSample& sample)
    : row(module),
      built(filled_module(module, sample, DType::f64)),
      inputs(module_leaves(module, sample, DType::f64)) {}

Tensor AttentionFixture::output(const Tensors& in) const {
  return call_at_test_step(row, built, in).detach();
}

Tensor AttentionFixture::weights(const Tensors& in) const {
  return built.weights(in).detach();
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
  result.weights = f.built.masked_weights(all, mask);
  return result;
}

std::string masked_difference(const MaskedRun& got, const MaskedRun& want) {
  const std::string problem = bit_difference(got.weights, want.weights);
  if (!problem.empty()) return "weights: " + problem;
  return run_difference(got.run, want.run, same_bits);
}

}  // namespace heed::testing

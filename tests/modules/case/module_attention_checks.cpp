// The invariances of every attention.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "heed/framework/autograd/backward.h"
#include "heed/framework/ops/indexing.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/modules/case/module_attention.h"
#include "heed/tests/support/case/difference.h"

namespace heed::testing {
namespace {

const ModuleCondition has_queries_apart{
    [](const ModuleCase& row, const ModuleSample& sample) {
      return has_elements(row, sample) && !roles_of(row).attends_itself();
    },
    "an attention from one sequence to another, and a sample that is not large"};
const ModuleCondition has_keys_apart{
    [](const ModuleCase& row, const ModuleSample& sample) {
      return has_queries_apart(row, sample) && sample.smooth && !sample.ordered;
    },
    "an attention from one sequence to another, and a smooth sample that is not ordered"};
const ModuleCondition has_no_order{[](const ModuleCase& row, const ModuleSample& sample) {
                                     return has_elements(row, sample) && !sample.ordered;
                                   },
                                   "a sample that is not ordered"};
const ModuleCondition has_neighbours{[](const ModuleCase& row, const ModuleSample& sample) {
                                       return has_elements(row, sample) &&
                                              batch_of(row, sample) > 1;
                                     },
                                     "a sample with a batch of at least 2"};
const ModuleCondition has_one_key{[](const ModuleCase& row, const ModuleSample& sample) {
                                    return has_queries_apart(row, sample) &&
                                           keys_of(row, sample) == 1 && !sample.ordered;
                                  },
                                  "a sample with one key"};

/// 0 … n − 1, rotated by one and with the first two exchanged: no symmetry is left for n > 3.
Tensor permutation(int64_t n) {
  std::vector<int64_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), 1);
  order.back() = 0;
  if (n > 1) std::swap(order[0], order[1]);
  return from_values(order, {n});
}

Tensor permuted(const Tensor& x, int64_t dim) {
  return index_select(x.detach(), dim, permutation(x.size(dim)));
}

std::string weights_problem(const ModuleCase& row, const ModuleSample& sample) {
  const AttentionFixture f(row, sample);
  const Tensor weights = f.weights(f.inputs);
  if (weights.dim() != 4 || weights.size(0) != batch_of(row, sample) ||
      weights.size(2) != queries_of(row, sample) || weights.size(3) != keys_of(row, sample)) {
    return text_of("weights are ", weights.shape(), " instead of [B, H, L_1, L_2]");
  }
  const reference::NdArray array = array_of(weights);
  std::string problem;
  reference::for_each_index({weights.size(0), weights.size(1), weights.size(2)},
                            [&](const reference::Index& at) {
                              double total = 0;
                              for (int64_t j = 0; j < weights.size(3); ++j) {
                                const double weight = array.at({at[0], at[1], at[2], j});
                                if (!(weight >= 0)) problem = text_of("a weight is ", weight);
                                total += weight;
                              }
                              const bool sees_nothing = sample.ordered && total == 0;
                              if (!(std::abs(total - 1) < 1e-13) && !sees_nothing)
                                problem = text_of("a row sums to ", total);
                            });
  return problem;
}

std::string query_independence_problem(const ModuleCase& row, const ModuleSample& sample) {
  const AttentionFixture f(row, sample);
  const int64_t length = roles_of(row).length_dim;
  const Tensor y = call_at_test_step(row, f.built, f.inputs);
  const Tensor x = f.inputs[roles_of(row).query];
  for (int64_t i = 0; i < y.size(length); ++i) {
    const Tensor y_i = select(y, length, i);
    const Tensor g = grad(Tensors{y_i}, Tensors{x}, Tensors{ones_like(y_i).detach()},
                          {.retain_graph = true}, /*allow_unused=*/true)[0];
    if (!g.defined()) return "no output depends on " + named_input(row, roles_of(row).query);
    for (int64_t j = 0; j < y.size(length); ++j) {
      if (i == j) continue;
      for (const double element : array_of(select(g, length, j)).data) {
        if (element != 0) return text_of("output ", i, " depends on query ", j, " by ", element);
      }
    }
  }
  return "";
}

std::string key_permutation_problem(const ModuleCase& row, const ModuleSample& sample) {
  const AttentionFixture f(row, sample);
  Tensors in = f.inputs;
  for (const size_t key : roles_of(row).keys) in[key] = permuted(in[key], roles_of(row).length_dim);
  return difference(f.output(in), f.output(f.inputs), 1e-13);
}

std::string equivariance_problem(const ModuleCase& row, const ModuleSample& sample) {
  const AttentionFixture f(row, sample);
  const int64_t length = roles_of(row).length_dim;
  Tensors in = f.inputs;
  in[roles_of(row).query] = permuted(in[roles_of(row).query], length);
  return difference(f.output(in), permuted(f.output(f.inputs), length), 1e-13);
}

/// All that a batch row gets: output, weights, gradients of the inputs.
std::vector<Tensor> first_row(const AttentionFixture& f, const Tensors& inputs) {
  const int64_t batch = roles_of(f.row).batch_dim;
  const Run run = run_module(f.row, f.built, inputs);
  std::vector<Tensor> parts{select(run.outputs[0], batch, 0)};
  const Tensor weights = f.weights(inputs);
  if (weights.defined()) parts.push_back(select(weights, 0, 0));
  for (const Tensor& gradient : run.gradients) {
    parts.push_back(gradient.defined() ? select(gradient, batch, 0) : Tensor());
  }
  return parts;
}

/// `x` with `value` in every batch row but the first.
Tensor with_neighbours(const Tensor& x, int64_t batch, double value) {
  const Tensor first = slice(x.detach(), batch, 0, 1);
  const Tensor rest = full(slice(x, batch, 1, x.size(batch)).shape(), value, x.dtype());
  return cat(std::vector{first, rest}, batch).detach();
}

std::string neighbours_problem(const ModuleCase& row, const ModuleSample& sample,
                               std::initializer_list<double> values) {
  const AttentionFixture f(row, sample);
  const std::vector<Tensor> want = first_row(f, f.inputs);
  for (const double value : values) {
    Tensors in;
    for (const Tensor& input : f.inputs) {
      in.push_back(with_neighbours(input, roles_of(row).batch_dim, value).requires_grad_());
    }
    const std::vector<Tensor> got = first_row(f, in);
    for (size_t i = 0; i < want.size(); ++i) {
      const std::string problem = bit_difference(got[i], want[i]);
      if (!problem.empty()) return text_of("neighbours of ", value, ", part ", i, ": ", problem);
    }
  }
  return "";
}

std::string batch_problem(const ModuleCase& row, const ModuleSample& sample) {
  return neighbours_problem(row, sample, {0, -3.5, 1e30});
}

std::string poison_problem(const ModuleCase& row, const ModuleSample& sample) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return neighbours_problem(row, sample,
                            {std::numeric_limits<double>::quiet_NaN(), infinity, -infinity});
}

std::string one_key_problem(const ModuleCase& row, const ModuleSample& sample) {
  const AttentionFixture f(row, sample);
  if (const Tensor weights = f.weights(f.inputs); weights.defined()) {
    for (const double weight : array_of(weights).data) {
      if (weight != 1) return text_of("the only key has weight ", weight);
    }
  }
  Tensors in = f.inputs;
  const size_t query = roles_of(row).query;
  in[query] = full(in[query].shape(), 0.75, DType::f64);
  return bit_difference(f.output(in), f.output(f.inputs));
}

}  // namespace

const std::vector<ModuleCheck>& attention_checks() {
  static const std::vector<ModuleCheck> checks = [] {
    std::vector<ModuleCheck> all = {
        {"its weights sum to 1 over the keys", shows_weights, weights_problem},
        {"it keeps each query's output free of the other queries", has_queries_apart,
         query_independence_problem},
        {"it does not see the order of the keys", has_keys_apart, key_permutation_problem},
        {"it permutes its outputs as its queries", has_no_order, equivariance_problem},
        {"it keeps each batch row free of the others, to the bit", has_neighbours, batch_problem},
        {"it keeps NaN and infinities in their batch row", has_neighbours, poison_problem},
        {"it does not see the query where there is one key", has_one_key, one_key_problem},
    };
    for (const auto family : {blocking_checks, mask_meaning_checks, attention_call_checks}) {
      for (ModuleCheck& check : family()) all.push_back(std::move(check));
    }
    return all;
  }();
  return checks;
}

}  // namespace heed::testing

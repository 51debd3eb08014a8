#include "heed/tests/modules/reference/layers.h"

#include <cmath>

#include "heed/framework/base/random.h"
#include "heed/tests/framework/ops/reference/activation.h"
#include "heed/tests/framework/ops/reference/matmul.h"
#include "heed/tests/modules/case/module_run.h"
#include "heed/tests/modules/reference/attention.h"

namespace heed::testing {

using reference::Index;
using reference::NdArray;

NdArray dropout_reference(const NdArray& x, double p, bool train, const std::string& path,
                          int64_t use) {
  if (!train || p == 0) return x;
  const RandomStream numbers =
      stream(test_seed, Purpose::dropout, test_step, test_micro_step, text_coordinate(path), use);
  NdArray y = x;
  for (size_t i = 0; i < y.data.size(); ++i) {
    const bool dropped = static_cast<double>(bits_at(numbers, i) >> 8) * 0x1p-24 < p;
    y.data[i] = dropped ? 0 : y.data[i] / (1 - p);
  }
  return y;
}

NdArray feed_forward_reference(const ModuleState& state, const NdArray& x,
                               const std::string& activation, double p, bool train,
                               const std::string& path) {
  const auto project = [&](const std::string& name, const NdArray& in) {
    return reference::linear(in, state[name + ".weight"], state.maybe(name + ".bias"));
  };
  NdArray inner = project("expand", x);
  if (activation == "relu") inner = reference::each(inner, reference::relu);
  if (activation == "relu_squared") inner = reference::each(inner, reference::relu_squared);
  if (activation == "gelu") inner = reference::each(inner, reference::gelu);
  if (activation == "silu") inner = reference::each(inner, reference::silu);
  if (activation == "swiglu") {
    inner = reference::each_pair(project("gate", x), inner,
                                 [](double gate, double v) { return reference::silu(gate) * v; });
  }
  const std::string site = path.empty() ? "dropout" : path + ".dropout";
  inner = dropout_reference(inner, p, train, site);
  return project("contract", inner);
}

int64_t feed_forward_parameters(int64_t width, int64_t hidden, const std::string& activation,
                                bool bias) {
  const int64_t into_hidden = activation == "swiglu" ? 2 : 1, biases = bias ? 1 : 0;
  return into_hidden * hidden * (width + biases) + width * (hidden + biases);
}

NdArray add_positions(const NdArray& x, const NdArray& table) {
  NdArray y = x;
  reference::for_each_index(x.shape, [&](const Index& index) {
    y.at(index) += table.at({index[index.size() - 2], index.back()});
  });
  return y;
}

NdArray sinusoids_reference(int64_t length, int64_t width) {
  NdArray table = reference::filled({length, width}, 0);
  reference::for_each_index(table.shape, [&](const Index& index) {
    const int64_t pair = index[1] / 2;
    const double power = 2.0 * static_cast<double>(pair) / static_cast<double>(width);
    const double angle = static_cast<double>(index[0]) / std::pow(10000.0, power);
    const double value = index[1] == 2 * pair ? std::sin(angle) : std::cos(angle);
    table.at(index) = static_cast<double>(static_cast<float>(value));
  });
  return table;
}

ModuleResult my_mha_reference(const ModuleState& state, const NdArray& x1, const NdArray& x2,
                              int64_t H) {
  auto result = reference::multi_head_attention({.query = {state["W_Q.weight"]},
                                                 .key = {state["W_K.weight"]},
                                                 .value = {state["W_V.weight"]},
                                                 .output = {state["W_O.weight"]},
                                                 .heads = H},
                                                x1, x2, x2);
  return {std::move(result.output), std::move(result.weights)};
}

}  // namespace heed::testing

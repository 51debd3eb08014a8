#include "heed/tests/modules/reference/transformer.h"

#include <algorithm>
#include <cmath>

#include "heed/tests/framework/ops/reference/matmul.h"
#include "heed/tests/framework/ops/reference/normalization.h"
#include "heed/tests/modules/reference/layers.h"
#include "heed/tests/support/case/not_finite.h"
#include "heed/tests/support/case/tensor_json.h"

namespace heed::testing {

using reference::Index;
using reference::NdArray;

namespace {

NdArray norm_of(const NaiveTransformer& with, const ModuleState& state, const NdArray& x) {
  const std::vector<int64_t> width = state["weight"].shape;
  if (with.rms) return reference::rms_norm(x, width, state["weight"], with.eps);
  return reference::layer_norm(x, width, state["weight"], state.maybe("bias"), with.eps);
}

NdArray project(const ModuleState& state, const std::string& name, const NdArray& x) {
  return reference::linear(x, state[name + ".weight"], state.maybe(name + ".bias"));
}

std::string joined(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "." + name;
}

/// Zeros if all scores are −∞.
void softmax_in_place(std::vector<double>& scores) {
  double largest = -infinity, total = 0;
  for (const double score : scores) largest = std::max(largest, score);
  for (double& score : scores) {
    score = largest == -infinity ? 0 : std::exp(score - largest);
    total += score;
  }
  for (double& score : scores) score = total == 0 ? 0 : score / total;
}

}  // namespace

NaiveMask::NaiveMask(const Json& masks, const std::string& place) {
  for (const Json& mask : masks) {
    if (mask.value("on", "self") != place) continue;
    Part part{mask["type"].get<std::string>(),
              {},
              mask.value("width", int64_t{0}),
              mask.value("alignment", "top_left") == "bottom_right"};
    if (mask.contains("mask")) part.values = array_of(tensor_from_json(mask["mask"], "mask"));
    parts_.push_back(part);
  }
}

bool NaiveMask::blocks(const Part& part, const Index& at, int64_t shift) {
  const int64_t i = at[2] + (part.last_to_last ? shift : 0), j = at[3];
  if (part.type == "causal") return j > i;
  if (part.type == "window") return std::abs(i - j) > part.width;
  if (part.type == "lengths") {
    const Index row = part.values.rank() == 1 ? Index{at[0]} : Index{at[0], at[2]};
    return static_cast<double>(j) >= part.values.at(row);
  }
  const double value = reference::broadcast_at(part.values, at);
  return part.type == "keep" ? value == 0 : part.type == "block" && value != 0;
}

double NaiveMask::added(const Index& at, int64_t L_1, int64_t L_2) const {
  double sum = 0;
  for (const Part& part : parts_) {
    if (blocks(part, at, L_2 - L_1)) return -infinity;
    if (part.type == "additive") sum += reference::broadcast_at(part.values, at);
  }
  return sum;
}

ModuleResult multi_head_reference(const NaiveTransformer& with, const ModuleState& state,
                                  const std::string& path, const std::vector<NdArray>& in,
                                  const NaiveMask& mask) {
  const NdArray Q = project(state, "W_Q", in[0]), K = project(state, "W_K", in[1]),
                V = project(state, "W_V", in[2]);
  const int64_t B = Q.shape[0], L_1 = Q.shape[1], L_2 = K.shape[1], H = with.H;
  const int64_t D_qk = Q.shape[2] / H, D_v = V.shape[2] / H;
  NdArray weights = reference::filled({B, H, L_1, L_2}, 0);
  reference::for_each_index({B, H, L_1}, [&](const Index& row) {
    const int64_t b = row[0], h = row[1], i = row[2];
    std::vector<double> scores;
    for (int64_t j = 0; j < L_2; ++j) {
      double dot = 0;
      for (int64_t d = h * D_qk; d < (h + 1) * D_qk; ++d) dot += Q.at({b, i, d}) * K.at({b, j, d});
      const double added = mask.added({b, h, i, j}, L_1, L_2);
      scores.push_back(dot / std::sqrt(static_cast<double>(D_qk)) + added);
    }
    softmax_in_place(scores);
    for (int64_t j = 0; j < L_2; ++j) weights.at({b, h, i, j}) = scores[static_cast<size_t>(j)];
  });
  const NdArray used = dropout_reference(weights, with.attention_dropout, with.train, path);
  NdArray heads = reference::filled({B, L_1, H * D_v}, 0);
  reference::for_each_index({B, L_1, H * D_v, L_2}, [&](const Index& at) {
    const int64_t b = at[0], i = at[1], d = at[2], j = at[3];
    heads.at({b, i, d}) += used.at({b, d / D_v, i, j}) * V.at({b, j, d});
  });
  return {project(state, "W_O", heads), weights};
}

NdArray block_reference(const NaiveTransformer& with, const ModuleState& state,
                        const std::string& path, const NdArray& x,
                        const std::optional<NdArray>& memory, const NaiveMask& mask,
                        const NaiveMask* memory_mask) {
  NdArray y = x;
  int64_t uses = 0;
  const auto add_part = [&](const std::string& norm, const auto& part) {
    const NdArray before = with.pre ? norm_of(with, state.below(norm), y) : y;
    y = reference::each_pair(
        y,
        dropout_reference(part(before), with.dropout, with.train, joined(path, "dropout"), uses++),
        std::plus<>());
    if (!with.pre) y = norm_of(with, state.below(norm), y);
  };
  const auto attend = [&](const std::string& name, const NdArray& query, const NdArray& key,
                          const NaiveMask& rule) {
    return multi_head_reference(with, state.below(name), joined(path, name), {query, key, key},
                                rule)
        .output;
  };
  const bool is_decoder = memory_mask != nullptr;
  add_part("attention_norm", [&](const NdArray& in) {
    return attend("attention", in, memory && !is_decoder ? *memory : in, mask);
  });
  if (is_decoder) {
    add_part("cross_attention_norm", [&](const NdArray& in) {
      return attend("cross_attention", in, memory.value(), *memory_mask);
    });
  }
  add_part("feed_forward_norm", [&](const NdArray& in) {
    return feed_forward_reference(state.below("feed_forward"), in, with.activation, with.dropout,
                                  with.train, joined(path, "feed_forward"));
  });
  return y;
}

NdArray stack_reference(const NaiveTransformer& with, const ModuleState& state,
                        const std::string& path, const NdArray& x,
                        const std::optional<NdArray>& memory, const NaiveMask& mask,
                        const NaiveMask* memory_mask) {
  NdArray y = x;
  const std::string first_weight = ".attention.W_Q.weight";
  for (int64_t i = 0; state.maybe(text_of("blocks.", i, first_weight)); ++i) {
    const std::string name = text_of("blocks.", i);
    y = block_reference(with, state.below(name), joined(path, name), y, memory, mask, memory_mask);
  }
  return state.maybe("norm.weight") ? norm_of(with, state.below("norm"), y) : y;
}

}  // namespace heed::testing

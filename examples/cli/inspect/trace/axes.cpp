#include "heed/examples/cli/inspect/trace/axes.h"

#include <algorithm>
#include <array>
#include <optional>

namespace heed {
namespace {

// Ops whose output has the axes of every input of its shape.
constexpr std::array<std::string_view, 32> keep_axes{"add",
                                                     "sub",
                                                     "mul",
                                                     "div",
                                                     "neg",
                                                     "pow",
                                                     "square",
                                                     "sqrt",
                                                     "rsqrt",
                                                     "exp",
                                                     "log",
                                                     "sin",
                                                     "cos",
                                                     "tanh",
                                                     "erf",
                                                     "abs",
                                                     "sigmoid",
                                                     "relu",
                                                     "gelu",
                                                     "elu",
                                                     "softplus",
                                                     "log_sigmoid",
                                                     "clamp",
                                                     "where",
                                                     "masked_fill",
                                                     "clone",
                                                     "to",
                                                     "dropout",
                                                     "softmax",
                                                     "log_softmax",
                                                     "masked_softmax",
                                                     "layer_norm"};

std::vector<std::string> parts_of(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    parts.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::string size_text(const Tensor& x, int64_t dim) {
  return std::to_string(x.shape()[dim]);
}

Axes without_last(const Axes& axes) {
  return {axes.begin(), axes.end() - 1};
}

Axes of_same_shape(const std::vector<NamedAxes>& inputs, const Tensor& output) {
  for (const NamedAxes& input : inputs) {
    if (!input.axes->empty() && input.tensor->shape() == output.shape()) return *input.axes;
  }
  return {};
}

/// Each axis of the output is the one input axis of its size and stride.
Axes moved(const NamedAxes& from, const Tensor& output) {
  const Tensor& x = *from.tensor;
  Axes axes;
  for (int64_t d = 0; d < output.dim(); ++d) {
    std::optional<int64_t> source;
    for (int64_t s = 0; s < x.dim(); ++s) {
      if (x.shape()[s] != output.shape()[d] || x.strides()[s] != output.strides()[d]) continue;
      if (source) return {};
      source = s;
    }
    if (!source) return {};
    axes.push_back((*from.axes)[static_cast<size_t>(*source)]);
  }
  return axes;
}

/// From the last axis on: what was repeated has no name.
Axes expanded(const NamedAxes& from, const Tensor& output) {
  const int64_t lead = output.dim() - from.tensor->dim();
  Axes axes;
  for (int64_t d = 0; d < output.dim(); ++d) {
    const bool is_kept = d >= lead && from.tensor->shape()[d - lead] == output.shape()[d];
    axes.push_back(is_kept ? (*from.axes)[static_cast<size_t>(d - lead)] : size_text(output, d));
  }
  return axes;
}

/// Adds the names of output axes first … end − 1, which together are input axes i … j − 1.
void add_group(const NamedAxes& from, int64_t i, int64_t j, const Tensor& output, int64_t first,
               int64_t end, Axes& axes) {
  const auto begin = from.axes->begin();
  if (end - first == 1) {
    std::string joined;
    for (auto name = begin + i; name != begin + j; ++name) {
      joined += (joined.empty() ? "" : "*") + *name;
    }
    axes.push_back(joined.empty() ? size_text(output, first) : joined);
    return;
  }
  std::vector<std::string> names;
  if (j - i == 1) names = parts_of(*(begin + i), '*');
  const bool fits = names.size() == static_cast<size_t>(end - first);
  for (int64_t d = first; d < end; ++d) {
    axes.push_back(fits ? names[static_cast<size_t>(d - first)] : size_text(output, d));
  }
}

/// A view in row-major order: axes are split and joined where products of sizes meet.
Axes regrouped(const NamedAxes& from, const Tensor& output) {
  const Shape& in = from.tensor->shape();
  const Shape& out = output.shape();
  if (output.numel() == 0) return {};
  Axes axes;
  for (int64_t i = 0, o = 0; o < out.size();) {
    int64_t j = i, p = o + 1;
    int64_t had = 1, given = out[o];
    if (j < in.size()) had = in[j++];
    while (had != given) {
      if (had < given) {
        if (j == in.size()) return {};
        had *= in[j++];
      } else {
        if (p == out.size()) return {};
        given *= out[p++];
      }
    }
    add_group(from, i, j, output, o, p, axes);
    i = j;
    o = p;
  }
  return axes;
}

Axes product(const std::vector<NamedAxes>& inputs, const Tensor& output) {
  const NamedAxes &a = inputs[0], &b = inputs[1];
  if (a.axes->empty() || b.axes->empty() || a.tensor->dim() != output.dim()) return {};
  Axes axes = without_last(*a.axes);
  axes.push_back(b.axes->back());
  return axes;
}

}  // namespace

Axes axes_of(std::string_view pattern) {
  return pattern.empty() ? Axes() : parts_of(pattern, ' ');
}

Axes carried_axes(std::string_view op, const std::vector<NamedAxes>& inputs, const Tensor& output) {
  if (inputs.empty()) return {};
  if (std::find(keep_axes.begin(), keep_axes.end(), op) != keep_axes.end()) {
    return of_same_shape(inputs, output);
  }
  if (op == "matmul" && inputs.size() == 2) return product(inputs, output);
  if (inputs[0].axes->empty()) return {};
  if (op == "linear") {
    Axes axes = without_last(*inputs[0].axes);
    axes.push_back(size_text(output, output.dim() - 1));
    return axes;
  }
  if (op == "permute" || op == "transpose") return moved(inputs[0], output);
  if (op == "expand") return expanded(inputs[0], output);
  return op == "view" ? regrouped(inputs[0], output) : Axes();
}

}  // namespace heed

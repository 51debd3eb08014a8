#include "heed/examples/cli/inspect/trace/axes.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace heed {
namespace {

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

/// Those of the first input of the output's shape that has some.
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
    const bool is_same = d >= lead && from.tensor->shape()[d - lead] == output.shape()[d];
    axes.push_back(is_same ? (*from.axes)[static_cast<size_t>(d - lead)] : size_text(output, d));
  }
  return axes;
}

/// Axes first … end − 1.
struct AxisRange {
  int64_t first, end;
  int64_t size() const { return end - first; }
};

/// The names of some output axes, which together are some input axes.
Axes group_names(const NamedAxes& from, AxisRange in, const Tensor& output, AxisRange out) {
  const auto name_of_axis = [&](int64_t d) { return (*from.axes)[static_cast<size_t>(d)]; };
  if (out.size() == 1) {
    std::string joined;
    for (int64_t d = in.first; d < in.end; ++d)
      joined += (joined.empty() ? "" : "*") + name_of_axis(d);
    return {joined.empty() ? size_text(output, out.first) : joined};
  }
  Axes names;
  if (in.size() == 1) names = parts_of(name_of_axis(in.first), '*');
  if (std::ssize(names) == out.size()) return names;
  names.clear();
  for (int64_t d = out.first; d < out.end; ++d) names.push_back(size_text(output, d));
  return names;
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
    for (std::string& name : group_names(from, {i, j}, output, {o, p})) {
      axes.push_back(std::move(name));
    }
    i = j;
    o = p;
  }
  return axes;
}

/// All but the last of `left`, then the last of `right`.
Axes product(const NamedAxes& left, const NamedAxes& right, const Tensor& output) {
  if (left.axes->empty() || right.axes->empty() || left.tensor->dim() != output.dim()) return {};
  Axes axes = without_last(*left.axes);
  axes.push_back(right.axes->back());
  return axes;
}

/// Those of a Linear: its width has no name.
Axes widened(const NamedAxes& from, const Tensor& output) {
  Axes axes = without_last(*from.axes);
  axes.push_back(size_text(output, output.dim() - 1));
  return axes;
}

}  // namespace

Axes axes_of(std::string_view pattern) {
  return pattern.empty() ? Axes() : parts_of(pattern, ' ');
}

Axes carried_axes(std::string_view op, const std::vector<NamedAxes>& inputs, const Tensor& output) {
  if (inputs.empty()) return {};
  // Exceptions: ops that make new axes even where an input has the output's shape.
  const NamedAxes& first = inputs[0];
  if (op == "matmul") return product(first, inputs[1], output);
  if (op == "scaled_dot_product_attention") return product(first, inputs[2], output);
  if (op == "index_select" || op == "gather") return {};
  const bool rearranges =
      op == "linear" || op == "permute" || op == "transpose" || op == "expand" || op == "view";
  if (rearranges && first.axes->empty()) return {};
  if (op == "linear") return widened(first, output);
  if (op == "permute" || op == "transpose") return moved(first, output);
  if (op == "expand") return expanded(first, output);
  if (op == "view") return regrouped(first, output);
  return of_same_shape(inputs, output);
}

}  // namespace heed

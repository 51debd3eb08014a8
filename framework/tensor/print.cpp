// Tensors as text: nested brackets, aligned columns, the middle of long axes left out.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "heed/framework/tensor/tensor.h"

namespace heed {
namespace {

constexpr int64_t shown_at_each_end = 3;

/// The indices to print along an axis; −1 stands for "…".
std::vector<int64_t> shown(int64_t size) {
  std::vector<int64_t> indices;
  for (int64_t i = 0; i < size; ++i) {
    if (size > 2 * shown_at_each_end + 1 && i == shown_at_each_end) {
      indices.push_back(-1);
      i = size - shown_at_each_end;
    }
    indices.push_back(i);
  }
  return indices;
}

std::string element_text(const Tensor& tensor, int64_t at) {
  return visit(tensor.dtype(), [&]<class T>() -> std::string {
    const T value = tensor.data<T>()[at];
    if constexpr (std::is_floating_point_v<T>) {
      return fmt::format("{:.4g}", value);
    } else {
      return fmt::format("{}", value);
    }
  });
}

/// Collects the widest element, then writes rows with every element that wide.
struct Printer {
  const Tensor& tensor;
  size_t width = 0;
  std::string text = {};

  void row(int64_t dim, int64_t at, bool measure) {
    if (dim == tensor.dim()) {
      const std::string element = element_text(tensor, at);
      width = std::max(width, element.size());
      if (!measure) text += fmt::format("{:>{}}", element, width);
      return;
    }
    if (!measure) text += '[';
    bool first = true;
    for (const int64_t i : shown(tensor.shape()[dim])) {
      if (!measure && !first) text += separator(dim);
      first = false;
      if (i >= 0) {
        row(dim + 1, at + i * tensor.strides()[dim], measure);
      } else if (!measure) {
        text += "…";
      }
    }
    if (!measure) text += ']';
  }

  std::string separator(int64_t dim) const {
    const auto deeper = static_cast<size_t>(tensor.dim() - 1 - dim);
    if (deeper == 0) return ", ";
    return fmt::format(",{:\n<{}}{:{}}", "", deeper, "", dim + 1);
  }
};

}  // namespace

std::string to_string(const Tensor& tensor) {
  if (!tensor.defined()) return "undefined tensor";
  Printer printer{tensor};
  printer.row(0, 0, true);
  printer.row(0, 0, false);
  return fmt::format("{} {} {}", printer.text, name_of(tensor.dtype()), text_of(tensor.shape()));
}

void append_text(std::string& text, const Tensor& tensor) {
  text += to_string(tensor);
}

std::ostream& operator<<(std::ostream& stream, const Tensor& tensor) {
  return stream << to_string(tensor);
}

}  // namespace heed

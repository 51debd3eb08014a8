#include "heed/framework/ops/pad.h"

#include <algorithm>

#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/copy.h"
#include "heed/framework/ops/cast.h"
#include "heed/framework/ops/indexing.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

/// How much is put before and behind each dimension.
struct Padding {
  IntList before, behind;
};

Padding negative(const Padding& padding) {
  Padding result = padding;
  for (int64_t& size : result.before) size = -size;
  for (int64_t& size : result.behind) size = -size;
  return result;
}

Padding read_padding(const Tensor& x, std::span<const int64_t> sizes) {
  const auto pairs = static_cast<int64_t>(sizes.size() / 2);
  if (sizes.size() % 2 != 0 || pairs > x.dim()) {
    throw ValueError("pad: takes two sizes for each of the last dimensions, got ", sizes.size(),
                     " sizes for ", x.shape());
  }
  Padding padding{IntList::filled(x.dim(), 0), IntList::filled(x.dim(), 0)};
  constexpr int64_t limit = int64_t{1} << 61;
  for (int64_t i = 0; i < pairs; ++i) {
    const int64_t d = x.dim() - 1 - i;
    padding.before[d] = sizes[static_cast<size_t>(2 * i)];
    padding.behind[d] = sizes[static_cast<size_t>(2 * i + 1)];
    for (const int64_t size : {padding.before[d], padding.behind[d]}) {
      if (size != 0 && (size < -limit || size > limit || x.shape()[d] > limit)) {
        throw ValueError("pad: ", size, " elements are too many for dim ", d, " of ", x.shape());
      }
    }
  }
  return padding;
}

[[noreturn]] void fail_pad(const char* what, const Tensor& x, int64_t d, const Padding& padding) {
  throw ShapeError("pad: ", what, " dim ", d, " of ", x.shape(), " has: ", padding.before[d],
                   " before and ", padding.behind[d], " behind");
}

/// What is cropped may be neither more than there is nor more than there is with what is added.
void check_crop(const Tensor& x, const Padding& padding) {
  for (int64_t d = 0; d < x.dim(); ++d) {
    const int64_t size = x.shape()[d], before = padding.before[d], behind = padding.behind[d];
    if (-before > size || -behind > size || size + before + behind < 0) {
      fail_pad("crops more than", x, d, padding);
    }
  }
}

/// The gradient takes away what was added and adds zeros for what was taken away.
Tensor pad_constant(const Tensor& x, const Padding& padding, double value) {
  Shape shape = x.shape();
  for (int64_t d = 0; d < x.dim(); ++d) shape[d] += padding.before[d] + padding.behind[d];
  Tensor y = full(shape, value, x.dtype());
  Tensor from = x.detach(), to = y;
  for (int64_t d = 0; d < x.dim(); ++d) {
    const int64_t before = padding.before[d], behind = padding.behind[d];
    from =
        slice(from, d, std::max<int64_t>(-before, 0), x.shape()[d] - std::max<int64_t>(-behind, 0));
    to = slice(to, d, std::max<int64_t>(before, 0), shape[d] - std::max<int64_t>(behind, 0));
  }
  kernels::copy_(to, from);
  if (!is_floating(x.dtype())) return y;
  return record("pad", std::move(y), x,
                [padding](const Tensor& g) { return pad_constant(g, negative(padding), 0); });
}

/// Where each element along `d` comes from.
Tensor sources(const Tensor& x, int64_t d, const Padding& padding, PadMode mode) {
  const int64_t size = x.shape()[d], before = padding.before[d], behind = padding.behind[d];
  const int64_t first = std::max<int64_t>(-before, 0);
  const int64_t left = size - first - std::max<int64_t>(-behind, 0);  // after cropping
  const int64_t more = std::max(before, behind);
  if (mode == PadMode::reflect && more >= size)
    fail_pad("mirrors as much as or more than", x, d, padding);
  if (mode == PadMode::circular && more > left) fail_pad("repeats more than", x, d, padding);
  if (mode == PadMode::replicate && size == 0) fail_pad("repeats more than", x, d, padding);
  Tensor from = Tensor::empty({size + before + behind}, DType::i64);
  int64_t* const places = from.mutable_data<int64_t>();
  for (int64_t i = 0; i < from.numel(); ++i) {
    int64_t at = i - before;
    if (mode == PadMode::reflect) {
      at = at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at;
    } else if (mode == PadMode::replicate) {
      at = std::clamp<int64_t>(at, 0, size - 1);
    } else {
      at = first + (at - first + left) % left;
    }
    places[i] = at;
  }
  return from;
}

}  // namespace

Tensor pad(const Tensor& x, std::span<const int64_t> sizes, PadMode mode, double value) {
  check_value_fits("pad", x.dtype(), value);
  const Padding padding = read_padding(x, sizes);
  check_crop(x, padding);
  if (mode == PadMode::constant) return pad_constant(x, padding, value);
  if (value != 0) throw ValueError("pad: value ", value, " is for the mode constant only");
  Tensor y = x;
  for (int64_t d = x.dim() - 1; d >= 0; --d) {
    if (padding.before[d] == 0 && padding.behind[d] == 0) continue;
    y = index_select(y, d, sources(x, d, padding, mode));
  }
  return y.is_same(x) ? clone(x) : y;
}

}  // namespace heed

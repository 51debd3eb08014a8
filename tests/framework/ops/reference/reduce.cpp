#include "heed/tests/framework/ops/reference/reduce.h"

#include <cmath>
#include <limits>
#include <stdexcept>

namespace heed::reference {
namespace {

using Elements = std::vector<double>;

std::vector<bool> reduced_axes(const NdArray& x, const Dims& dims) {
  std::vector<bool> reduced(x.shape.size(), dims.empty());
  for (const int64_t dim : dims) {
    const size_t axis = wrap_dim(dim, x.rank());
    if (x.shape.empty()) continue;
    if (reduced[axis]) throw std::invalid_argument("reduce: dim named twice");
    reduced[axis] = true;
  }
  return reduced;
}

/// Hands `function` the elements that fall together, in row-major order.
template <class Function>
NdArray reduce(const NdArray& x, const Dims& dims, bool keepdim, Function function) {
  const std::vector<bool> reduced = reduced_axes(x, dims);
  std::vector<int64_t> kept_shape = x.shape;
  std::vector<int64_t> squeezed_shape;
  for (size_t axis = 0; axis < x.shape.size(); ++axis) {
    if (reduced[axis]) {
      kept_shape[axis] = 1;
    } else {
      squeezed_shape.push_back(x.shape[axis]);
    }
  }
  NdArray y = filled(kept_shape, 0.0);
  std::vector<Elements> groups(y.data.size());
  for_each_index(x.shape, [&](const Index& index) {
    Index target = index;
    for (size_t axis = 0; axis < target.size(); ++axis) {
      if (reduced[axis]) target[axis] = 0;
    }
    groups[y.offset(target)].push_back(x.at(index));
  });
  for (size_t group = 0; group < groups.size(); ++group) y.data[group] = function(groups[group]);
  if (!keepdim) y.shape = squeezed_shape;
  return y;
}

double sum_of(const Elements& elements) {
  double total = 0.0;
  for (const double element : elements) total += element;
  return total;
}

/// The first NaN, or else the first of the largest.
size_t position_of_max(const Elements& elements) {
  if (elements.empty()) throw std::invalid_argument("max: nothing to take the maximum of");
  size_t best = 0;
  for (size_t i = 0; i < elements.size(); ++i) {
    if (std::isnan(elements[i])) return i;
    if (elements[i] > elements[best]) best = i;
  }
  return best;
}

/// The first NaN, or else the first of the smallest.
size_t position_of_min(const Elements& elements) {
  if (elements.empty()) throw std::invalid_argument("min: nothing to take the minimum of");
  size_t best = 0;
  for (size_t i = 0; i < elements.size(); ++i) {
    if (std::isnan(elements[i])) return i;
    if (elements[i] < elements[best]) best = i;
  }
  return best;
}

double vector_norm_of(const Elements& elements, double p) {
  double total = 0.0;
  for (const double element : elements) {
    const double magnitude = std::fabs(element);
    if (std::isinf(p)) {
      total = std::fmax(total, magnitude);
    } else if (p == 0) {
      total += element == 0 ? 0 : 1;
    } else {
      total += std::pow(magnitude, p);
    }
  }
  return std::isinf(p) || p == 0 ? total : std::pow(total, 1 / p);
}

double logsumexp_of(const Elements& elements) {
  if (elements.empty()) return -std::numeric_limits<double>::infinity();
  const double largest = elements[position_of_max(elements)];
  // Subtracting an infinite maximum would turn inf - inf into NaN.
  const double shift = std::isinf(largest) ? 0.0 : largest;
  double total = 0.0;
  for (const double element : elements) total += std::exp(element - shift);
  return shift + std::log(total);
}

}  // namespace

NdArray sum(const NdArray& x, const Dims& dims, bool keepdim) {
  return reduce(x, dims, keepdim, sum_of);
}

NdArray mean(const NdArray& x, const Dims& dims, bool keepdim) {
  return reduce(x, dims, keepdim, [](const Elements& elements) {
    return sum_of(elements) / static_cast<double>(elements.size());
  });
}

NdArray amax(const NdArray& x, const Dims& dims, bool keepdim) {
  return reduce(x, dims, keepdim,
                [](const Elements& elements) { return elements[position_of_max(elements)]; });
}

NdArray var(const NdArray& x, const Dims& dims, double correction, bool keepdim) {
  return reduce(x, dims, keepdim, [correction](const Elements& elements) {
    const double count = static_cast<double>(elements.size());
    const double mean = sum_of(elements) / count;
    double squares = 0.0;
    for (const double element : elements) squares += (element - mean) * (element - mean);
    const double divisor = count - correction > 0.0 ? count - correction : 0.0;
    return squares / divisor;
  });
}

NdArray logsumexp(const NdArray& x, const Dims& dims, bool keepdim) {
  return reduce(x, dims, keepdim, logsumexp_of);
}

ValuesAndIndices max(const NdArray& x, int64_t dim, bool keepdim) {
  return {amax(x, {dim}, keepdim), argmax(x, dim, keepdim)};
}

NdArray argmax(const NdArray& x, std::optional<int64_t> dim, bool keepdim) {
  const Dims dims = dim ? Dims{*dim} : Dims{};
  return reduce(x, dims, keepdim, [](const Elements& elements) {
    return static_cast<double>(position_of_max(elements));
  });
}

NdArray amin(const NdArray& x, const Dims& dims, bool keepdim) {
  return reduce(x, dims, keepdim,
                [](const Elements& elements) { return elements[position_of_min(elements)]; });
}

ValuesAndIndices min(const NdArray& x, int64_t dim, bool keepdim) {
  return {amin(x, {dim}, keepdim), argmin(x, dim, keepdim)};
}

NdArray argmin(const NdArray& x, std::optional<int64_t> dim, bool keepdim) {
  const Dims dims = dim ? Dims{*dim} : Dims{};
  return reduce(x, dims, keepdim, [](const Elements& elements) {
    return static_cast<double>(position_of_min(elements));
  });
}

NdArray std(const NdArray& x, const Dims& dims, double correction, bool keepdim) {
  return each(var(x, dims, correction, keepdim), [](double v) { return std::sqrt(v); });
}

NdArray norm(const NdArray& x, double p, const Dims& dims, bool keepdim) {
  return reduce(x, dims, keepdim,
                [p](const Elements& elements) { return vector_norm_of(elements, p); });
}

NdArray prod(const NdArray& x, std::optional<int64_t> dim, bool keepdim) {
  return reduce(x, dim ? Dims{*dim} : Dims{}, keepdim, [](const Elements& elements) {
    double product = 1.0;
    for (const double element : elements) product *= element;
    return product;
  });
}

NdArray any(const NdArray& x, const Dims& dims, bool keepdim) {
  return reduce(x, dims, keepdim, [](const Elements& elements) {
    double found = 0.0;
    for (const double element : elements) found = element != 0 ? 1.0 : found;
    return found;
  });
}

NdArray all(const NdArray& x, const Dims& dims, bool keepdim) {
  return reduce(x, dims, keepdim, [](const Elements& elements) {
    double holds = 1.0;
    for (const double element : elements) holds = element == 0 ? 0.0 : holds;
    return holds;
  });
}

}  // namespace heed::reference

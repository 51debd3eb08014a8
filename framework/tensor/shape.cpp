#include "heed/framework/tensor/shape.h"

#include <algorithm>
#include <ostream>

namespace heed {

IntList IntList::filled(int64_t count, int64_t value) {
  IntList list;
  for (int64_t i = 0; i < count; ++i) list.push_back(value);
  return list;
}

void IntList::fail_rank() {
  throw ShapeError("shape: a tensor has at most 8 dimensions");
}

void IntList::insert(int64_t position, int64_t value) {
  push_back(value);
  std::rotate(begin() + position, end() - 1, end());
}

void IntList::erase(int64_t position) {
  std::copy(begin() + position + 1, end(), begin() + position);
  --size_;
}

bool IntList::contains(int64_t value) const {
  return std::find(begin(), end(), value) != end();
}

void append_text(std::string& text, const IntList& list) {
  text += '[';
  for (int64_t i = 0; i < list.size(); ++i) {
    if (i > 0) text += ", ";
    append_text(text, list[i]);
  }
  text += ']';
}

int64_t numel_of(const Shape& shape) {
  int64_t numel = 1;
  bool plain = true;  // as nearly all shapes are
  for (const int64_t size : shape) {
    plain &= size > 0;
    plain &= !__builtin_mul_overflow(numel, size, &numel);
  }
  if (plain) return numel;
  numel = 1;
  bool overflow = false;
  bool zero = false;
  for (const int64_t size : shape) {
    if (size < 0) throw ShapeError("shape: a size is negative: ", shape);
    zero = zero || size == 0;
    overflow = __builtin_mul_overflow(numel, size == 0 ? 1 : size, &numel) || overflow;
  }
  if (overflow) throw ShapeError("shape: too many elements to count: ", shape);
  return zero ? 0 : numel;
}

std::ostream& operator<<(std::ostream& stream, const IntList& list) {
  return stream << text_of(list);
}

void make_strides(IntList& list) {
  int64_t step = 1;
  for (int64_t i = list.size() - 1; i >= 0; --i) {
    const int64_t size = list[i];
    list[i] = step;
    step *= std::max<int64_t>(size, 1);
  }
}

Strides contiguous_strides(const Shape& shape) {
  Strides strides(shape);
  make_strides(strides);
  return strides;
}

bool is_contiguous(const Shape& shape, const Strides& strides) {
  int64_t step = 1;
  bool dense = true;
  for (int64_t i = shape.size() - 1; i >= 0; --i) {
    if (shape[i] == 0) return true;
    if (shape[i] == 1) continue;
    dense = dense && strides[i] == step;
    step *= shape[i];
  }
  return dense;
}

bool is_non_overlapping(const Shape& shape, const Strides& strides) {
  // Sorted by stride, each dimension must step over everything the smaller ones reach. Sufficient,
  // and exact for every layout that views can make.
  IntList order;
  for (int64_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 0) return true;
    if (shape[i] > 1) order.push_back(i);
  }
  std::sort(order.begin(), order.end(),
            [&](int64_t i, int64_t j) { return strides[i] < strides[j]; });
  int64_t reach = 0;
  for (const int64_t i : order) {
    if (strides[i] <= reach) return false;
    reach += strides[i] * (shape[i] - 1);
  }
  return true;
}

int64_t normalize_dim(const char* op, int64_t dim, int64_t rank) {
  const int64_t limit = std::max<int64_t>(rank, 1);
  if (dim < -limit || dim >= limit) {
    throw IndexError(op, ": dim ", dim, " is out of range for a ", rank, "-d tensor; it goes from ",
                     -limit, " to ", limit - 1);
  }
  return dim < 0 ? dim + limit : dim;
}

IntList normalize_dims(const char* op, const IntList& dims, int64_t rank) {
  IntList result;
  if (dims.empty()) {
    for (int64_t i = 0; i < rank; ++i) result.push_back(i);
    return result;
  }
  for (const int64_t dim : dims) {
    const int64_t normal = normalize_dim(op, dim, rank);
    if (result.contains(normal)) throw ValueError(op, ": dim ", dim, " appears twice in ", dims);
    if (rank > 0) result.push_back(normal);
  }
  std::sort(result.begin(), result.end());
  return result;
}

Shape broadcast_shapes(const char* op, const Shape& a, const Shape& b) {
  if (a == b) return a;
  const bool a_longer = a.size() >= b.size();
  Shape result = a_longer ? a : b;
  const Shape& other = a_longer ? b : a;
  const int64_t lead = result.size() - other.size();
  for (int64_t i = 0; i < other.size(); ++i) {
    int64_t& size = result[lead + i];
    if (size == other[i] || other[i] == 1) continue;
    if (size != 1) {
      throw ShapeError(op, ": shapes do not broadcast: ", a, " and ", b, " (",
                       a_longer ? size : other[i], " != ", a_longer ? other[i] : size, " at dim ",
                       lead + i - result.size(), ")");
    }
    size = other[i];
  }
  return result;
}

Shape reduced_shape(const Shape& shape, const IntList& dims, bool keepdim) {
  Shape result;
  for (int64_t i = 0; i < shape.size(); ++i) {
    const bool reduced = dims.contains(i);
    if (!reduced || keepdim) result.push_back(reduced ? 1 : shape[i]);
  }
  return result;
}

Shape infer_size(const char* op, const Shape& shape, const Shape& from) {
  const int64_t numel = numel_of(from);
  Shape result = shape;
  int64_t unknown = -1;
  int64_t known = 1;
  for (int64_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == -1) {
      if (unknown >= 0) throw ShapeError(op, ": only one size can be -1: ", shape);
      unknown = i;
    } else if (shape[i] < 0) {
      throw ShapeError(op, ": a size is negative: ", shape);
    } else if (__builtin_mul_overflow(known, std::max<int64_t>(shape[i], 1), &known)) {
      throw ShapeError(op, ": too many elements to count: ", shape);  // beside a 0 too
    }
  }
  if (shape.contains(0)) known = 0;
  if (unknown >= 0 && known > 0 && numel % known == 0) {
    result[unknown] = numel / known;
    known = numel;
  }
  if (known != numel || (unknown >= 0 && result[unknown] == -1)) {
    throw ShapeError(op, ": sizes do not fit the number of elements: ", from, " (", numel,
                     " elements) as ", shape);
  }
  return result;
}

bool view_strides(const Shape& shape, const Strides& strides, const Shape& target,
                  Strides& result) {
  result = contiguous_strides(target);
  if (numel_of(shape) == 0) return true;
  Shape sizes;  // without dimensions of size 1, whose strides mean nothing
  Strides steps;
  for (int64_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 1) continue;
    sizes.push_back(shape[i]);
    steps.push_back(strides[i]);
  }
  // Walk both shapes from the back, matching runs of dimensions with equal products; inside a run
  // the source must be dense.
  int64_t to = target.size() - 1;
  for (int64_t end = sizes.size() - 1; end >= 0;) {
    int64_t start = end;
    int64_t source = sizes[end];
    while (start > 0 && steps[start - 1] == steps[start] * sizes[start]) source *= sizes[--start];
    int64_t step = steps[end];
    int64_t made = 1;
    while (to >= 0 && made < source) {
      result[to] = step;
      step *= target[to];
      made *= target[to];
      --to;
    }
    if (made != source) return false;
    end = start - 1;
  }
  return true;
}

}  // namespace heed

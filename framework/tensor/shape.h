// Shapes and strides: short lists of integers stored inline, and the arithmetic on them.
// All size arithmetic of the project is here, checked for overflow in one place.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <span>
#include <string>

#include "heed/framework/base/error.h"

namespace heed {

/// Tensors have at most so many dimensions.
inline constexpr int64_t max_rank = 8;

/// Up to eight integers, inline: sizes, strides or a list of dimensions. Longer lists are refused
/// with a ShapeError.
class IntList {
 public:
  IntList() = default;
  /// `{2, 3}`. Throws ShapeError for more than eight.
  IntList(std::initializer_list<int64_t> values)
      : IntList(std::span(values.begin(), values.size())) {}
  /// A copy. Throws ShapeError for more than eight.
  explicit IntList(std::span<const int64_t> values) {
    for (const int64_t value : values) push_back(value);
  }
  static IntList filled(int64_t count, int64_t value);  ///< `count` times `value`.

  /// From 0 to 8.
  int64_t size() const { return size_; }
  /// Whether there are none: of a Shape, one element.
  bool empty() const { return size_ == 0; }
  /// Element i, from 0: not checked.
  int64_t& operator[](int64_t i) { return values_[i]; }
  /// Element i, from 0: not checked.
  int64_t operator[](int64_t i) const { return values_[i]; }
  /// The last one: not of an empty list.
  int64_t back() const { return values_[size_ - 1]; }
  /// The first of size() neighbouring numbers.
  const int64_t* begin() const { return values_; }
  /// Behind the last.
  const int64_t* end() const { return values_ + size_; }
  /// The first of size() neighbouring numbers.
  int64_t* begin() { return values_; }
  /// Behind the last.
  int64_t* end() { return values_ + size_; }

  /// Throws ShapeError for the ninth.
  void push_back(int64_t value) {
    if (size_ == max_rank) fail_rank();
    values_[size_++] = value;
  }
  /// Before the element at `position`. Throws ShapeError for the ninth.
  void insert(int64_t position, int64_t value);
  /// Removes the element at `position`.
  void erase(int64_t position);
  /// Whether `value` is one of them.
  bool contains(int64_t value) const;

  /// Equal lengths and elements.
  friend bool operator==(const IntList& a, const IntList& b) {
    if (a.size_ != b.size_) return false;
    for (int64_t i = 0; i < a.size_; ++i) {
      if (a.values_[i] != b.values_[i]) return false;
    }
    return true;
  }

 private:
  [[noreturn]] static void fail_rank();
  int64_t values_[max_rank];  // beyond size_ uninitialised: most shapes are short and copied often
  int64_t size_ = 0;
};

/// Sizes of a tensor, outermost first.
struct Shape : IntList {
  using IntList::IntList;
  Shape() = default;
  /// These sizes.
  Shape(const IntList& list) : IntList(list) {}
};

/// Distances between neighbours along each dimension, in elements.
struct Strides : IntList {
  using IntList::IntList;
  Strides() = default;
  /// These distances, in elements.
  explicit Strides(const IntList& list) : IntList(list) {}
};

/// Written as `[8, 16]`.
void append_text(std::string& text, const IntList& list);
/// Writes `[8, 16]`.
std::ostream& operator<<(std::ostream& stream, const IntList& list);

/// The number of elements. Throws ShapeError on a negative size or when it exceeds 2^63 − 1.
int64_t numel_of(const Shape& shape);

/// Turns the sizes in `list` into the row-major strides of a tensor of these sizes.
void make_strides(IntList& list);

/// Row-major strides of `shape`.
Strides contiguous_strides(const Shape& shape);

/// True if elements of `shape` at `strides` lie in row-major order without gaps.
bool is_contiguous(const Shape& shape, const Strides& strides);

/// True if no two indices can share an element: false for expanded (stride 0) dimensions.
bool is_non_overlapping(const Shape& shape, const Strides& strides);

/// `dim` counted from the front: −1 is the last. Throws IndexError naming `op` when out of range.
/// A 0-d tensor takes 0 and −1, as in PyTorch.
int64_t normalize_dim(const char* op, int64_t dim, int64_t rank);

/// Each of `dims` counted from the front, an empty list meaning all. Throws on a repeated one.
IntList normalize_dims(const char* op, const IntList& dims, int64_t rank);

/// The common shape of NumPy broadcasting. Throws ShapeError naming `op` and both shapes.
Shape broadcast_shapes(const char* op, const Shape& a, const Shape& b);

/// `shape` without the (normalized) `dims`, or with size 1 there if `keepdim`.
Shape reduced_shape(const Shape& shape, const IntList& dims, bool keepdim);

/// `shape` with its one −1 computed so that the number of elements is `numel`.
/// Throws ShapeError naming `op` when there is none.
Shape infer_size(const char* op, const Shape& shape, const Shape& from);

/// Strides by which memory laid out as (`shape`, `strides`) can be seen as `target`, of the same
/// number of elements; false if only a copy can.
bool view_strides(const Shape& shape, const Strides& strides, const Shape& target, Strides& result);

}  // namespace heed

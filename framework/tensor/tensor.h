// Tensor: a shared handle on storage seen through an offset, a shape and strides.
// Here are its metadata and thin sugar; everything that computes is a free function in ops/.
#pragma once

#include <atomic>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "heed/framework/base/ref.h"
#include "heed/framework/tensor/dtype.h"
#include "heed/framework/tensor/shape.h"
#include "heed/framework/tensor/storage.h"

namespace heed {

struct Node;  // a vertex of the graph: autograd/node.h
/// For Ref.
void retain(Node* node) noexcept;
/// For Ref: frees the node, and the graph behind it without recursion, with the last reference.
void release(Node* node) noexcept;

struct TensorImpl;
void retain(TensorImpl* impl) noexcept;
void release(TensorImpl* impl) noexcept;

/// How a backward() treats the graph.
struct SweepOptions {
  /// Keep what the pullbacks saved, so that the graph can be swept again. Default: create_graph.
  std::optional<bool> retain_graph = {};
  /// Record the pullbacks themselves, so that the gradients have gradients.
  bool create_graph = false;
};

/// A handle on a strided array of up to 8 dimensions. Copying a Tensor copies the handle: both see
/// the same elements, the same gradient and the same place in the graph. Views share elements.
/// A default-constructed Tensor is undefined: every question but `defined()` is a ValueError.
class Tensor {
 public:
  Tensor() = default;
  /// A new tensor of uninitialised elements in row-major order. Throws ShapeError, bad_alloc.
  static Tensor empty(const Shape& shape, DType dtype = DType::f32);
  /// Another view of this tensor's elements, outside the graph: the views in ops/ record it.
  Tensor alias(const Shape& shape, const Strides& strides, int64_t offset) const;

  /// False for a default-constructed Tensor.
  bool defined() const { return static_cast<bool>(impl_); }
  /// Sizes of the dimensions; [] for one element.
  const Shape& shape() const;
  const Strides& strides() const;  ///< in elements
  int64_t offset() const;          ///< of the first element in its storage, in elements
  /// Number of dimensions, from 0 to 8.
  int64_t dim() const { return shape().size(); }
  /// −1 is the last dimension. Throws IndexError.
  int64_t size(int64_t d) const {
    const int64_t rank = dim(), from_front = d < 0 ? d + rank : d;
    if (from_front < 0 || from_front >= rank) fail_size(d);
    return shape()[from_front];
  }
  /// Number of elements.
  int64_t numel() const;
  /// Element type.
  DType dtype() const;
  /// Whether the elements lie in row-major order without gaps.
  bool is_contiguous() const;
  /// The memory, which views share.
  const Storage& storage() const;

  /// The first element; the others are `strides()` apart. Throws DTypeError unless T is the dtype.
  template <class T>
  const T* data() const {
    return mutable_data<T>();
  }
  /// As `data`, to write to. Nothing is counted: it is for kernels that fill new tensors.
  template <class T>
  T* mutable_data() const;
  /// The only element, as a double. Throws ShapeError if there is not exactly one.
  double item() const;
  /// All elements in row-major order. Throws DTypeError unless T is the dtype.
  template <class T>
  std::vector<T> to_vector() const;

  // Autograd. `requires_grad_` marks a leaf: backward() leaves its gradient in `grad()`.
  /// Whether it is a leaf that is trained, or was computed from one while recording was on.
  bool requires_grad() const;
  /// Floating leaves only; throws GradientError. Off drops the gradient; a graph that was made
  /// before then has nowhere to leave its gradient, and its backward() throws.
  Tensor& requires_grad_(bool on = true);
  bool is_leaf() const;  ///< true unless an op recorded it
  Tensor grad() const;   ///< undefined until a backward() reached this leaf
  /// `grad` has this tensor's shape and dtype and is another one, or is undefined.
  void set_grad(const Tensor& grad) const;
  /// Gradients of this tensor, weighted by `gradient` (which a single element may leave out), are
  /// added to the `.grad` of every leaf. As in PyTorch; see autograd/backward.h.
  void backward(const Tensor& gradient = Tensor(), const SweepOptions& options = {}) const;
  Tensor detach() const;  ///< the same elements, outside the graph

  // Sugar for ops/view.h and ops/cast.h: see there.
  /// Ops/cast.h: in another dtype; `*this` if it is this one already.
  Tensor to(DType dtype) const;
  Tensor clone() const;       ///< ops/view.h: a copy of the elements, in row-major order.
  Tensor contiguous() const;  ///< ops/view.h: `*this` if it is contiguous, else a copy that is.
  /// Ops/view.h: the same elements in another shape; −1 is what is left. Throws for a copy.
  Tensor view(const Shape& shape) const;
  /// Ops/view.h: as `view`, with a copy where it takes one.
  Tensor reshape(const Shape& shape) const;
  /// Ops/view.h: dimension i is dimension dims[i] of this.
  Tensor permute(const IntList& dims) const;
  /// Ops/view.h: with two dimensions exchanged.
  Tensor transpose(int64_t dim0, int64_t dim1) const;
  /// Ops/view.h: dimensions of size 1 repeated without a copy.
  Tensor expand(const Shape& shape) const;
  Tensor unsqueeze(int64_t dim) const;  ///< ops/view.h: with a dimension of size 1 at `dim`.
  Tensor squeeze(int64_t dim) const;    ///< ops/view.h: without dimension `dim` if its size is 1.
  /// Ops/view.h: at one index of `dim`, which goes.
  Tensor select(int64_t dim, int64_t index) const;
  /// Ops/view.h: `select(0, index)`.
  Tensor operator[](int64_t index) const { return select(0, index); }
  /// Ops/view.h: indices start, start + step … below end.
  Tensor slice(int64_t dim, int64_t start, int64_t end, int64_t step = 1) const;

  /// True if both are handles on the very same tensor (not merely equal elements).
  bool is_same(const Tensor& other) const { return impl_ == other.impl_; }
  /// For the engine.
  TensorImpl* impl() const { return impl_.get(); }
  /// The handle of an impl, for the engine.
  static Tensor adopt(Ref<TensorImpl> impl);

 private:
  const TensorImpl& known() const {
    if (!impl_) fail_undefined();
    return *impl_;
  }
  [[noreturn]] static void fail_undefined();
  [[noreturn]] void fail_dtype(DType asked) const;
  [[noreturn]] void fail_size(int64_t d) const;
  Ref<TensorImpl> impl_;
};

/// What Tensor handles share. Only the engine looks inside.
struct TensorImpl {
  std::atomic<uint32_t> references{1};  ///< handles on it
  DType dtype = DType::f32;             ///< of the elements
  bool contiguous = true;               ///< of shape and strides, asked often
  int64_t numel = 0;                    ///< number of elements
  int64_t offset = 0;                   ///< of the first element in the storage, in elements
  Shape shape;                          ///< at most eight sizes
  Strides strides;                      ///< in elements
  Storage storage;                      ///< the elements' memory
  Ref<Node> node;  ///< none: a constant; a leaf's node: requires grad; else the op that made it
  Tensor grad;     ///< of a leaf; owned here and not by its node, so no graph can own it in a cycle
  ~TensorImpl();   // autograd/node.cpp: a leaf's node learns that its owner is gone
};

/// Readable text: nested rows, four significant digits, long axes shortened, dtype and shape.
std::string to_string(const Tensor& tensor);
/// Appends to_string(tensor), as messages are made.
void append_text(std::string& text, const Tensor& tensor);
std::ostream& operator<<(std::ostream& stream, const Tensor& tensor);

inline const Shape& Tensor::shape() const {
  return known().shape;
}
inline const Strides& Tensor::strides() const {
  return known().strides;
}
inline int64_t Tensor::offset() const {
  return known().offset;
}
inline int64_t Tensor::numel() const {
  return known().numel;
}
inline DType Tensor::dtype() const {
  return known().dtype;
}
inline bool Tensor::is_contiguous() const {
  return known().contiguous;
}
inline const Storage& Tensor::storage() const {
  return known().storage;
}
inline bool Tensor::requires_grad() const {
  return static_cast<bool>(known().node);
}
template <class T>
T* Tensor::mutable_data() const {
  const TensorImpl& impl = known();
  if (impl.dtype != dtype_of<T>) fail_dtype(dtype_of<T>);
  return reinterpret_cast<T*>(impl.storage.data()) + impl.offset;
}
/// For Ref.
inline void retain(TensorImpl* impl) noexcept {
  impl->references.fetch_add(1, std::memory_order_relaxed);
}
/// Frees an impl that no handle refers to, and what it alone holds.
void destroy(TensorImpl* impl) noexcept;
/// For Ref: frees the impl with the last handle.
inline void release(TensorImpl* impl) noexcept {
  if (drop_reference(impl->references)) destroy(impl);
}

}  // namespace heed

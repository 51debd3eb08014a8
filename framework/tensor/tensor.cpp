#include "heed/framework/tensor/tensor.h"

#include <new>

#include "heed/framework/base/memory.h"
#include "heed/framework/tensor/index.h"

namespace heed {
namespace {

Ref<TensorImpl> new_impl() {
  return Ref<TensorImpl>::adopt(::new (allocate_block(sizeof(TensorImpl))) TensorImpl);
}

/// Throws ShapeError unless every element of such a view is one of the storage's.
void check_view(const TensorImpl& of, const Shape& shape, const Strides& strides, int64_t offset,
                int64_t numel) {
  if (shape.size() != strides.size()) {
    throw ShapeError("alias: shape ", shape, " needs as many strides, got ", strides);
  }
  int64_t first = offset;
  int64_t last = offset;
  bool outside = offset < 0;
  for (int64_t i = 0; i < shape.size() && numel > 0; ++i) {
    int64_t reach = 0;
    int64_t& end = strides[i] < 0 ? first : last;
    outside |= __builtin_mul_overflow(shape[i] - 1, strides[i], &reach);
    outside |= __builtin_add_overflow(end, reach, &end);
  }
  const int64_t held = of.storage.bytes() / itemsize(of.dtype);
  if (outside || (numel > 0 && (first < 0 || last >= held))) {
    throw ShapeError("alias: shape ", shape, " with strides ", strides, " and offset ", offset,
                     " leaves the storage, which has ", held, " elements");
  }
}

}  // namespace

void destroy(TensorImpl* impl) noexcept {
  impl->~TensorImpl();
  free_block(impl, sizeof(TensorImpl));
}

void Tensor::fail_undefined() {
  throw ValueError(
      "Tensor: it is undefined, made by Tensor(); only optional arguments may be undefined");
}

Tensor Tensor::adopt(Ref<TensorImpl> impl) {
  Tensor tensor;
  tensor.impl_ = std::move(impl);
  return tensor;
}

Tensor Tensor::empty(const Shape& shape, DType dtype) {
  int64_t bytes = 0;
  const int64_t numel = numel_of(shape);
  if (__builtin_mul_overflow(numel, itemsize(dtype), &bytes)) {
    throw ShapeError("empty: too many bytes to count: ", shape, " of ", dtype);
  }
  Ref<TensorImpl> impl = new_impl();
  impl->dtype = dtype;
  impl->numel = numel;
  impl->shape = shape;
  impl->strides = Strides(shape);
  make_strides(impl->strides);
  impl->storage = Storage(bytes);
  return adopt(std::move(impl));
}

Tensor Tensor::alias(const Shape& shape, const Strides& strides, int64_t offset) const {
  const int64_t numel = numel_of(shape);
  check_view(known(), shape, strides, offset, numel);
  Ref<TensorImpl> impl = new_impl();
  impl->dtype = dtype();
  impl->numel = numel;
  impl->offset = offset;
  impl->shape = shape;
  impl->strides = strides;
  impl->contiguous = heed::is_contiguous(shape, strides);
  impl->storage = storage();
  return adopt(std::move(impl));
}

void Tensor::fail_size(int64_t d) const {
  if (dim() == 0) throw IndexError("size: dim ", d, " of a 0-d tensor");
  throw IndexError("size: dim ", d, " is out of range for a ", dim(), "-d tensor; it goes from ",
                   -dim(), " to ", dim() - 1);
}

void Tensor::fail_dtype(DType asked) const {
  throw DTypeError("data: the tensor is ", dtype(), ", requested as ", asked,
                   "; write .to(DType::", asked == DType::boolean ? "boolean" : name_of(asked),
                   ")");
}

double Tensor::item() const {
  if (numel() != 1) {
    throw ShapeError("item: needs exactly one element, got shape ", shape(), " with ", numel());
  }
  return visit(dtype(), [&]<class T>() { return static_cast<double>(*data<T>()); });
}

template <class T>
std::vector<T> Tensor::to_vector() const {
  const T* source = data<T>();
  std::vector<T> result;
  result.reserve(memory_size(numel()));
  IntList index = IntList::filled(dim(), 0);
  for (int64_t i = 0; i < numel(); ++i) {
    result.push_back(source[offset_of(index, strides())]);
    for (int64_t d = dim() - 1; d >= 0 && ++index[d] == shape()[d]; --d) index[d] = 0;
  }
  return result;
}
template std::vector<float> Tensor::to_vector() const;
template std::vector<double> Tensor::to_vector() const;
template std::vector<int64_t> Tensor::to_vector() const;
template std::vector<bool> Tensor::to_vector() const;

Tensor Tensor::detach() const {
  const TensorImpl& from = known();
  Ref<TensorImpl> impl = new_impl();
  impl->dtype = from.dtype;
  impl->contiguous = from.contiguous;
  impl->numel = from.numel;
  impl->offset = from.offset;
  impl->shape = from.shape;
  impl->strides = from.strides;
  impl->storage = from.storage;
  return adopt(std::move(impl));
}

}  // namespace heed

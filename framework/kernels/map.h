// out[i] = f(in[i]…) over strided operands, any number of them, in one of two ways:
// map calls an f of single elements, which may be of different types;
// map_runs calls a kernel that takes whole runs of elements of one floating type. In the part of
// such a kernel that is compiled for each SIMD target, map_vectors (simd/vector_map-inl.h) calls an
// f of vectors over the run.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "heed/framework/kernels/streaming.h"
#include "heed/framework/kernels/strided_loop.h"
#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

namespace detail {

/// An operand without its type.
struct MapOperand {
  const Tensor* tensor;
  void* first;
};

/// to[i] = f(from[0][i], …) over dense elements, without its types: `function` points to f.
using DenseMap = void (*)(const void* function, void* to, int64_t length, const void* const* from);

template <class F, class Out, class... In>
void map_elements(const F& f, Out* to, int64_t length, const In*... from) {
  for (int64_t i = 0; i < length; ++i) to[i] = f(from[i]...);
}
/// A DenseMap: all that is instantiated for each function.
template <class F, class Out, class... In>
void map_dense(const void* function, void* to, int64_t length,
               [[maybe_unused]] const void* const* from) {
  const auto each = [&]<size_t... k>(std::index_sequence<k...>) {
    map_elements(*static_cast<const F*>(function), static_cast<Out*>(to), length,
                 static_cast<const In*>(from[k])...);
  };
  each(std::index_sequence_for<In...>());
}

/// map_into without its types; the first operand is the one to fill.
template <size_t count>
void map_operands(const std::array<MapOperand, count>& operands, DenseMap dense,
                  const void* function);

}  // namespace detail

/// Fills `out` with f of the elements of `in`, all of `out`'s shape (expanded, if need be). Out and
/// In are the elements' types. Operands may have any strides; `out` must not overlap itself.
template <class Out, class... In, class F, class... Tensors>
void map_into(const Tensor& out, const F& f, const Tensors&... in) {
  static_assert(sizeof...(In) == sizeof...(Tensors));
  detail::map_operands<1 + sizeof...(In)>(
      {detail::MapOperand{&out, out.mutable_data<Out>()},
       detail::MapOperand{&in, in.template mutable_data<In>()}...},
      &detail::map_dense<F, Out, In...>, &f);
}

/// As map_into, into a new tensor of the first operand's shape.
template <class Out, class... In, class F, class... Tensors>
Tensor map(const F& f, const Tensor& first, const Tensors&... rest) {
  Tensor out = Tensor::empty(first.shape(), dtype_of<Out>);
  map_into<Out, In...>(out, f, first, rest...);
  return out;
}

/// f of the elements of a tensor of numbers, in its dtype; a bool tensor throws a DTypeError that
/// names `op`.
template <class F>
Tensor map_number(const char* op, const Tensor& x, const F& f) {
  return visit_number(op, x.dtype(), [&]<class T>() {
    return map<T, T>([f](T v) { return static_cast<T>(f(v)); }, x);
  });
}
/// The same of a floating tensor; any other throws.
template <class F>
Tensor map_floating(const char* op, const Tensor& x, const F& f) {
  return visit_floating(op, x.dtype(), [&]<class T>() {
    return map<T, T>([f](T v) { return static_cast<T>(f(v)); }, x);
  });
}

/// `rows` rows of `length` elements: element i of row r of operand k is at
/// from[k] + r · row_steps[k] + i · steps[k].
template <class T, size_t count>
struct MapRun {
  T* to;
  int64_t to_step, to_row_step;
  std::array<const T*, count> from;
  std::array<int64_t, count> steps, row_steps;
  int64_t length, rows;
  bool stream;  ///< write past the caches
};

/// Whether to write `length` elements past the caches: they begin a cache line, and that pays off.
template <class T>
bool streams(const T* to, int64_t length) {
  constexpr uintptr_t line = 64;
  return worth_streaming(length * static_cast<int64_t>(sizeof(T))) &&
         reinterpret_cast<uintptr_t>(to) % line == 0;
}

namespace detail {
/// A kernel of runs without its type: `context` points to it.
template <class T, size_t count>
using RunBody = void (*)(const void* context, const MapRun<T, count>& run);

/// map_runs_into without its template of kernels.
template <class T, size_t count>
void map_runs_of(const Tensor& out, const std::array<const Tensor*, count>& in,
                 RunBody<T, count> body, const void* context);
}  // namespace detail

/// Calls run(MapRun<T, …>) until all of `out` is filled; operands as for map_into.
template <class T, class Run, class... Tensors>
void map_runs_into(const Tensor& out, const Run& run, const Tensors&... in) {
  constexpr size_t count = sizeof...(in);
  detail::map_runs_of<T, count>(
      out, {&in...},
      [](const void* context, const MapRun<T, count>& part) {
        (*static_cast<const Run*>(context))(part);
      },
      &run);
}

/// As map_runs_into, into a new tensor of the first operand's shape and dtype.
template <class T, class Run, class... Tensors>
Tensor map_runs(const Run& run, const Tensor& first, const Tensors&... rest) {
  Tensor out = Tensor::empty(first.shape(), first.dtype());
  map_runs_into<T>(out, run, first, rest...);
  return out;
}

}  // namespace heed::kernels

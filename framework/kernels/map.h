// out[i] = f(in[i]…) over strided operands, any number of them, in one of two ways:
// map calls an f of single elements, which may be of different types;
// map_runs calls a kernel that takes whole runs of elements of one floating type. In the part of
// such a kernel that is compiled for each SIMD target, map_vectors (simd/vector_map-inl.h) calls an
// f of vectors over the run.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include "heed/framework/kernels/streaming.h"
#include "heed/framework/kernels/strided_loop.h"
#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

namespace detail {

inline constexpr int64_t map_block = 256;
template <class T>
struct MapBuffer {
  MapBuffer() {}  // NOLINT: the elements stay as they are
  T elements[map_block];
};

/// `length` elements at `from`, `step` apart: there, or in `buffer` if they are not dense.
template <class T>
const T* dense_elements(const T* from, int64_t step, int64_t length, T* buffer) {
  if (step == 1) return from;
  for (int64_t i = 0; i < length; ++i) buffer[i] = from[i * step];
  return buffer;
}

/// to[i] = f(from[i]…), f being an F: all that is instantiated for each function.
template <class F, class Out, class... In>
void map_dense(const void* function, Out* to, int64_t length, const In*... from) {
  const F& f = *static_cast<const F*>(function);
  for (int64_t i = 0; i < length; ++i) to[i] = f(from[i]...);
}
template <class Out, class... In>
struct MapFunction {
  void (*dense)(const void*, Out*, int64_t, const In*...);
  const void* function;
  void operator()(Out* to, int64_t length, const In*... from) const {
    dense(function, to, length, from...);
  }
};

/// The loop of map_into, in blocks made dense, so that the loop over them is one of vectors.
template <class Out, class... In, class... Tensors>
void map_strided(const Tensor& out, const MapFunction<Out, In...>& f, const Tensors&... in) {
  Out* const to = out.mutable_data<Out>();
  const std::tuple<const In*...> from(in.template data<In>()...);
  const StridedLoop<1 + sizeof...(In)> loop(out.shape(), {&out.strides(), &in.strides()...});
  const auto each = [&]<size_t... k>(std::index_sequence<k...>) {
    loop.parallel([&](const auto& offsets, int64_t length, const auto& steps) {
      const bool dense = steps[0] == 1 && ((steps[k + 1] == 1) && ...);
      const int64_t block = dense ? length : map_block;
      Out results[map_block];
      [[maybe_unused]] std::tuple<MapBuffer<In>...> buffers;
      for (int64_t begin = 0; begin < length; begin += block) {
        const int64_t count = std::min(block, length - begin);
        Out* const target = to + offsets[0] + begin * steps[0];
        Out* const filled = steps[0] == 1 ? target : results;
        f(filled, count,
          dense_elements(std::get<k>(from) + offsets[k + 1] + begin * steps[k + 1], steps[k + 1],
                         count, std::get<k>(buffers).elements)...);
        if (filled == target) continue;
        for (int64_t i = 0; i < count; ++i) target[i * steps[0]] = filled[i];
      }
    });
  };
  each(std::make_index_sequence<sizeof...(In)>());
}

}  // namespace detail

/// Fills `out` with f of the elements of `in`, all of `out`'s shape (expanded, if need be). Out and
/// In are the elements' types. Operands may have any strides; `out` must not overlap itself.
template <class Out, class... In, class F, class... Tensors>
void map_into(const Tensor& out, const F& f, const Tensors&... in) {
  static_assert(sizeof...(In) == sizeof...(Tensors));
  const detail::MapFunction<Out, In...> function{&detail::map_dense<F, Out, In...>, &f};
  if (out.numel() <= elements_per_chunk && out.is_contiguous() && (in.is_contiguous() && ...)) {
    function(out.mutable_data<Out>(), out.numel(), in.template data<In>()...);
  } else {
    detail::map_strided(out, function, in...);
  }
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

/// Calls run(MapRun<T, …>) until all of `out` is filled; operands as for map_into.
template <class T, class Run, class... Tensors>
void map_runs_into(const Tensor& out, const Run& run, const Tensors&... in) {
  constexpr size_t count = sizeof...(in);
  T* const to = out.mutable_data<T>();
  const std::array<const T*, count> from{in.template data<T>()...};
  if (out.numel() <= elements_per_chunk && out.is_contiguous() && (in.is_contiguous() && ...)) {
    std::array<int64_t, count> steps;
    steps.fill(1);
    run(MapRun<T, count>{to, 1, 0, from, steps, steps, out.numel(), 1, false});
    return;
  }
  const bool in_place = ((to == in.template data<T>()) || ...);
  const bool stream = !in_place && streams(to, out.numel());
  const StridedLoop<count + 1> loop(out.shape(), {&out.strides(), &in.strides()...});
  using Loop = StridedLoop<count + 1>;
  const auto each = [&](const typename Loop::Block& block) {
    MapRun<T, count> part{to + block.offsets[0],
                          block.steps[0],
                          block.row_steps[0],
                          from,
                          {},
                          {},
                          block.length,
                          block.rows,
                          stream};
    for (size_t k = 0; k < count; ++k) {
      part.from[k] += block.offsets[k + 1];
      part.steps[k] = block.steps[k + 1];
      part.row_steps[k] = block.row_steps[k + 1];
    }
    run(part);
  };
  parallel_for(loop.numel, elements_per_chunk, [&](int64_t begin, int64_t end) {
    loop.for_each_block(begin, end, each);
    if (stream) finish_streaming();
  });
}

/// As map_runs_into, into a new tensor of the first operand's shape and dtype.
template <class T, class Run, class... Tensors>
Tensor map_runs(const Run& run, const Tensor& first, const Tensors&... rest) {
  Tensor out = Tensor::empty(first.shape(), first.dtype());
  map_runs_into<T>(out, run, first, rest...);
  return out;
}

}  // namespace heed::kernels

#include "heed/framework/kernels/map.h"

#include <algorithm>
#include <cstring>

#include "heed/framework/base/parallel.h"

namespace heed::kernels {
namespace {

constexpr int64_t map_block = 256;
constexpr int64_t widest_element = 8;

/// to[i · to_step] = from[i · from_step], i < length; steps in elements, which are `size` bytes.
template <int64_t size>
void copy_apart(std::byte* to, int64_t to_step, const std::byte* from, int64_t from_step,
                int64_t length) {
  for (int64_t i = 0; i < length; ++i) {
    std::memcpy(to + i * to_step * size, from + i * from_step * size, size);
  }
}
void copy_apart(int64_t size, std::byte* to, int64_t to_step, const std::byte* from,
                int64_t from_step, int64_t length) {
  switch (size) {
    case 1:
      return copy_apart<1>(to, to_step, from, from_step, length);
    case 4:
      return copy_apart<4>(to, to_step, from, from_step, length);
    default:
      return copy_apart<widest_element>(to, to_step, from, from_step, length);
  }
}

/// The loop of map_operands, in blocks made dense, so that the loop over them is one of vectors.
template <size_t count>
void map_strided(const std::array<detail::MapOperand, count>& operands, detail::DenseMap dense,
                 const void* function) {
  std::array<const Strides*, count> strides;
  std::array<int64_t, count> sizes;  // of an element, in bytes
  for (size_t k = 0; k < count; ++k) {
    strides[k] = &operands[k].tensor->strides();
    sizes[k] = itemsize(operands[k].tensor->dtype());
  }
  const StridedLoop<count> loop(operands[0].tensor->shape(), strides);
  loop.parallel([&](const auto& offsets, int64_t length, const auto& steps) {
    bool all_dense = true;
    for (size_t k = 0; k < count; ++k) all_dense = all_dense && steps[k] == 1;
    const int64_t block = all_dense ? length : map_block;
    alignas(widest_element) std::byte buffers[count][map_block * widest_element];
    const auto at = [&](size_t k, int64_t i) {
      return static_cast<std::byte*>(operands[k].first) + (offsets[k] + i * steps[k]) * sizes[k];
    };
    for (int64_t begin = 0; begin < length; begin += block) {
      const int64_t size = std::min(block, length - begin);
      std::array<const void*, count> from{};  // the operands after the first, and a place to spare
      for (size_t k = 1; k < count; ++k) {
        from[k - 1] = steps[k] == 1 ? at(k, begin) : buffers[k];
        if (steps[k] != 1) copy_apart(sizes[k], buffers[k], 1, at(k, begin), steps[k], size);
      }
      dense(function, steps[0] == 1 ? at(0, begin) : buffers[0], size, from.data());
      if (steps[0] != 1) copy_apart(sizes[0], at(0, begin), steps[0], buffers[0], 1, size);
    }
  });
}

}  // namespace

template <size_t count>
void detail::map_operands(const std::array<MapOperand, count>& operands, DenseMap dense,
                          const void* function) {
  const Tensor& out = *operands[0].tensor;
  std::array<const void*, count> from{};
  bool contiguous = out.is_contiguous();
  for (size_t k = 1; k < count; ++k) {
    contiguous = contiguous && operands[k].tensor->is_contiguous();
    from[k - 1] = operands[k].first;
  }
  if (contiguous && out.numel() <= elements_per_chunk) {
    dense(function, operands[0].first, out.numel(), from.data());
  } else {
    map_strided(operands, dense, function);
  }
}

template <class T, size_t count>
void detail::map_runs_of(const Tensor& out, const std::array<const Tensor*, count>& in,
                         RunBody<T, count> body, const void* context) {
  T* const to = out.mutable_data<T>();
  std::array<const T*, count> from{};
  std::array<const Strides*, count + 1> strides{&out.strides()};
  bool contiguous = out.is_contiguous(), in_place = false;
  for (size_t k = 0; k < count; ++k) {
    from[k] = in[k]->template data<T>();
    strides[k + 1] = &in[k]->strides();
    contiguous = contiguous && in[k]->is_contiguous();
    in_place = in_place || to == from[k];
  }
  if (contiguous && out.numel() <= elements_per_chunk) {
    std::array<int64_t, count> steps;
    steps.fill(1);
    body(context, MapRun<T, count>{to, 1, 0, from, steps, steps, out.numel(), 1, false});
    return;
  }
  const bool stream = !in_place && streams(to, out.numel());
  using Loop = StridedLoop<count + 1>;
  const Loop loop(out.shape(), strides);
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
    body(context, part);
  };
  parallel_for(loop.numel, elements_per_chunk, [&](int64_t begin, int64_t end) {
    loop.for_each_block(begin, end, each);
    if (stream) finish_streaming();
  });
}

template struct StridedLoop<1>;
template struct StridedLoop<2>;
template struct StridedLoop<3>;
template struct StridedLoop<4>;

template void detail::map_operands(const std::array<MapOperand, 1>&, DenseMap, const void*);
template void detail::map_operands(const std::array<MapOperand, 2>&, DenseMap, const void*);
template void detail::map_operands(const std::array<MapOperand, 3>&, DenseMap, const void*);
template void detail::map_operands(const std::array<MapOperand, 4>&, DenseMap, const void*);

template void detail::map_runs_of(const Tensor&, const std::array<const Tensor*, 0>&,
                                  RunBody<float, 0>, const void*);
template void detail::map_runs_of(const Tensor&, const std::array<const Tensor*, 0>&,
                                  RunBody<double, 0>, const void*);
template void detail::map_runs_of(const Tensor&, const std::array<const Tensor*, 1>&,
                                  RunBody<float, 1>, const void*);
template void detail::map_runs_of(const Tensor&, const std::array<const Tensor*, 1>&,
                                  RunBody<double, 1>, const void*);
template void detail::map_runs_of(const Tensor&, const std::array<const Tensor*, 2>&,
                                  RunBody<float, 2>, const void*);
template void detail::map_runs_of(const Tensor&, const std::array<const Tensor*, 2>&,
                                  RunBody<double, 2>, const void*);

}  // namespace heed::kernels

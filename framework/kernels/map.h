// map: out[i] = f(in[i]…) over strided operands; one template for unary, binary and ternary ops.
#pragma once

#include <tuple>
#include <utility>

#include "heed/framework/kernels/strided_loop.h"
#include "heed/framework/tensor/tensor.h"

namespace heed::kernels {

/// Fills `out` with f of the elements of `in`, all of `out`'s shape (expanded, if need be). Out and
/// In are the elements' types. Operands may be strided anyhow; `out` must not overlap itself.
template <class Out, class... In, class F, class... Tensors>
void map_into(const Tensor& out, const F& f, const Tensors&... in) {
  static_assert(sizeof...(In) == sizeof...(Tensors));
  constexpr size_t count = 1 + sizeof...(In);
  Out* const to = out.mutable_data<Out>();
  const std::tuple<const In*...> from(in.template data<In>()...);
  const auto each = [&]<size_t... k>(std::index_sequence<k...>) {
    if (out.numel() <= elements_per_chunk && out.is_contiguous() && (in.is_contiguous() && ...)) {
      for (int64_t i = 0; i < out.numel(); ++i) to[i] = f(std::get<k>(from)[i]...);
      return;
    }
    const StridedLoop<count> loop(out.shape(), {&out.strides(), &in.strides()...});
    loop.parallel([&](const auto& offsets, int64_t length, const auto& steps) {
      Out* const run_to = to + offsets[0];
      [[maybe_unused]] const std::tuple<const In*...> run_from(
          (std::get<k>(from) + offsets[k + 1])...);
      if (steps[0] == 1 && ((steps[k + 1] == 1) && ...)) {
        for (int64_t i = 0; i < length; ++i) run_to[i] = f(std::get<k>(run_from)[i]...);
      } else {
        for (int64_t i = 0; i < length; ++i) {
          run_to[i * steps[0]] = f(std::get<k>(run_from)[i * steps[k + 1]]...);
        }
      }
    });
  };
  each(std::make_index_sequence<sizeof...(In)>());
}

/// As map_into, into a new tensor of the first operand's shape.
template <class Out, class... In, class F, class... Tensors>
Tensor map(const F& f, const Tensor& first, const Tensors&... rest) {
  Tensor out = Tensor::empty(first.shape(), dtype_of<Out>);
  map_into<Out, In...>(out, f, first, rest...);
  return out;
}

}  // namespace heed::kernels

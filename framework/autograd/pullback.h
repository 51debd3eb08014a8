// Pullbacks: what carries a gradient from the output of an op to its inputs, as `record` takes it
// and as the engine calls it.
#pragma once

#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include "heed/framework/autograd/node.h"

namespace heed {

/// A pullback in two forms: see `fused`.
template <auto kernel, auto composed, class... Arguments>
struct FusedPullback {
  std::tuple<Arguments...> arguments;  ///< of both forms, besides the tensors
};

/// A pullback whose gradient is computed by `kernel`, or by `composed` from public ops where it
/// must be differentiable. Both are functions or lambdas without captures that take what pullbacks
/// take and then `arguments`: tensors among these are `Saved`. The op table's tests compare them.
template <auto kernel, auto composed, class... Arguments>
auto fused(Arguments&&... arguments) {
  static_assert((!std::is_same_v<std::decay_t<Arguments>, Tensor> && ...),
                "a pullback keeps tensors only as Saved");
  return FusedPullback<kernel, composed, std::decay_t<Arguments>...>{
      {std::forward<Arguments>(arguments)...}};
}

namespace detail {

/// What a pullback takes before its arguments; with `wanted` it returns Gradients, else a Tensor.
struct Takes {
  bool output = false;
  bool wanted = false;
};

template <class Form, class... Arguments>
constexpr Takes what_it_takes() {
  using T = const Tensor&;
  using W = const Wanted&;
  if constexpr (std::is_invocable_r_v<Tensor, Form, T, const Arguments&...>) {
    return {};
  } else if constexpr (std::is_invocable_r_v<Tensor, Form, T, T, const Arguments&...>) {
    return {.output = true};
  } else if constexpr (std::is_invocable_r_v<Gradients, Form, T, W, const Arguments&...>) {
    return {.wanted = true};
  } else {
    static_assert(std::is_invocable_r_v<Gradients, Form, T, T, W, const Arguments&...>,
                  "a pullback takes (g), (g, y), (g, wanted) or (g, y, wanted), all const&");
    return {.output = true, .wanted = true};
  }
}

template <class Form, class... Arguments>
auto call_form(Form&& form, const Incoming& in, const Arguments&... arguments) {
  constexpr Takes takes = what_it_takes<Form, Arguments...>();
  if constexpr (takes.output && takes.wanted) {
    return Gradients(form(in.g, in.y, in.wanted, arguments...));
  } else if constexpr (takes.wanted) {
    return Gradients(form(in.g, in.wanted, arguments...));
  } else if constexpr (takes.output) {
    return Tensor(form(in.g, in.y, arguments...));
  } else {
    return Tensor(form(in.g, arguments...));
  }
}

/// A pullback of one form, and one of two, as PullbackType has it.
template <class Pullback>
struct Call {
  static constexpr Takes takes = what_it_takes<Pullback&>();
  static constexpr bool has_fused_form = false;
  static auto run(Pullback& pullback, const Incoming& in) { return call_form(pullback, in); }
};
template <auto kernel, auto composed, class... Arguments>
struct Call<FusedPullback<kernel, composed, Arguments...>> {
  static constexpr Takes of_kernel = what_it_takes<decltype(kernel), Arguments...>();
  static constexpr Takes of_composed = what_it_takes<decltype(composed), Arguments...>();
  static_assert(of_kernel.wanted == of_composed.wanted, "both forms return the same");
  static constexpr Takes takes = {of_kernel.output || of_composed.output, of_kernel.wanted};
  static constexpr bool has_fused_form = true;
  static auto run(const FusedPullback<kernel, composed, Arguments...>& pullback,
                  const Incoming& in) {
    const auto choose = [&in](const Arguments&... arguments) {
      return in.create_graph ? call_form(composed, in, arguments...)
                             : call_form(kernel, in, arguments...);
    };
    return std::apply(choose, pullback.arguments);
  }
};

template <class Pullback>
constexpr PullbackType describe_pullback() {
  static_assert(std::is_nothrow_move_constructible_v<Pullback>,
                "a pullback must move without throwing: capture tensors as Saved, big things by "
                "std::shared_ptr");
  PullbackType type{};
  type.size = sizeof(Pullback);
  type.alignment = alignof(Pullback);
  type.takes_output = Call<Pullback>::takes.output;
  type.has_fused_form = Call<Pullback>::has_fused_form;
  type.relocate = [](void* to, void* from) noexcept {
    ::new (to) Pullback(std::move(*static_cast<Pullback*>(from)));
  };
  type.destroy = [](void* closure) noexcept { std::destroy_at(static_cast<Pullback*>(closure)); };
  constexpr auto run = [](void* closure, const Incoming& in) {
    return Call<Pullback>::run(*static_cast<Pullback*>(closure), in);
  };
  if constexpr (Call<Pullback>::takes.wanted) {
    type.joint = run;
  } else {
    type.single = run;
  }
  return type;
}

template <class Pullback>
inline constexpr PullbackType pullback_type = describe_pullback<Pullback>();

}  // namespace detail

}  // namespace heed

// AnyModule: a module whose class is chosen at run time, behind a call of one signature.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "heed/framework/nn/module.h"

namespace heed {

template <class Signature>
class AnyModule;

/// Owns a module of whatever class, or none: a norm, a step of a Sequential, an attention, a block.
template <class Result, class... Arguments>
class AnyModule<Result(Arguments...)> {
 public:
  AnyModule() = default;
  /// Calls `call(module, arguments…)`, a function or a member of the module's class.
  template <class Item, class Call>
  AnyModule(std::unique_ptr<Item> module, Call call)
      : call_([owned = std::shared_ptr<Item>(std::move(module)),
               call = std::move(call)](Arguments... arguments) -> Result {
          return std::invoke(call, *owned, arguments...);
        }) {}
  /// Calls the module itself.
  template <class Item>
  explicit AnyModule(std::unique_ptr<Item> module)
      : AnyModule(std::move(module),
                  [](Item& item, Arguments... arguments) { return item(arguments...); }) {}
  AnyModule(AnyModule&&) = default;
  AnyModule& operator=(AnyModule&&) = default;

  explicit operator bool() const { return static_cast<bool>(call_); }
  Result operator()(Arguments... arguments) const { return call_(arguments...); }

 private:
  std::function<Result(Arguments...)> call_;
};

/// From one tensor to one tensor.
using AnyTensorModule = AnyModule<Tensor(const Tensor& x)>;

/// An `Item` made with (slot, arguments…) behind the call of `Any`.
template <class Any, class Item, class... Arguments>
Any make_any(const Slot& slot, Arguments&&... arguments) {
  return Any(std::make_unique<Item>(slot, std::forward<Arguments>(arguments)...));
}

}  // namespace heed

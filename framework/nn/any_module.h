// AnyModule: a module whose class is chosen at run time, behind a call of one signature.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "heed/framework/nn/module.h"

namespace heed {

/// A module called as `Result(Arguments...)`: specialised below.
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
      : holder_(std::make_unique<Holding<Item, Call>>(std::move(module), std::move(call))) {}
  /// Calls the module itself.
  template <class Item>
  explicit AnyModule(std::unique_ptr<Item> module) : AnyModule(std::move(module), Itself()) {}

  /// Whether it owns a module.
  explicit operator bool() const { return holder_ != nullptr; }
  /// Throws ModuleError if it owns none.
  Result operator()(Arguments... arguments) const {
    if (!holder_) throw ModuleError("AnyModule: called, but it owns no module");
    return holder_->call(arguments...);
  }

 private:
  struct Itself {};
  struct Holder {
    virtual ~Holder() = default;
    virtual Result call(Arguments... arguments) = 0;
  };
  template <class Item, class Call>
  struct Holding final : Holder {
    std::unique_ptr<Item> item;
    Call how;
    Holding(std::unique_ptr<Item> module, Call function)
        : item(std::move(module)), how(std::move(function)) {}
    Result call(Arguments... arguments) override {
      if constexpr (std::is_same_v<Call, Itself>) {
        return (*item)(arguments...);
      } else if constexpr (std::is_member_function_pointer_v<Call>) {
        return (*item.*how)(arguments...);  // not std::invoke, which is three frames of a backtrace
      } else {
        return how(*item, arguments...);
      }
    }
  };

  std::unique_ptr<Holder> holder_;
};

/// From one tensor to one tensor.
using AnyTensorModule = AnyModule<Tensor(const Tensor& x)>;

/// An `Item` made with (slot, arguments…) behind the call of `Any`.
template <class Any, class Item, class... Arguments>
Any make_any(const Slot& slot, Arguments&&... arguments) {
  return Any(std::make_unique<Item>(slot, std::forward<Arguments>(arguments)...));
}

}  // namespace heed

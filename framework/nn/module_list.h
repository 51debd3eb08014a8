// Containers of modules.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "heed/framework/nn/any_module.h"

namespace heed {

/// Modules of one type (or derived from it), owned, named "0", "1", …
template <class Item>
class ModuleList : public Layer<ModuleList<Item>> {
 public:
  /// An empty list.
  explicit ModuleList(const Slot& slot) : Layer<ModuleList>(slot) {}

  /// Makes an Item (or a Derived) with the next name: `blocks.add(d_model, heads)`.
  template <class Derived = Item, class... Arguments>
  Derived& add(Arguments&&... arguments) {
    auto item = std::make_unique<Derived>(Slot(this, std::to_string(items_.size())),
                                          std::forward<Arguments>(arguments)...);
    Derived& made = *item;
    items_.push_back(std::move(item));
    return made;
  }

  /// Adds what `make(slot)` gives for the next name.
  template <class Make>
  void add_made(const Make& make) {
    items_.push_back(std::make_unique<Item>(make(Slot(this, std::to_string(items_.size())))));
  }

  /// How many there are.
  size_t size() const { return items_.size(); }
  /// Item i, from 0. Throws std::out_of_range.
  Item& operator[](size_t i) const { return *items_.at(i); }

 private:
  std::vector<std::unique_ptr<Item>> items_;
};

/// Modules from one tensor to one tensor, called in turn.
class Sequential : public Layer<Sequential> {
 public:
  /// No steps: the identity.
  explicit Sequential(const Slot& slot) : Layer(slot) {}

  /// Makes a module with the next name: `net.add<Linear>(8, 16)`.
  template <class Item, class... Arguments>
  Item& add(Arguments&&... arguments) {
    auto step = std::make_unique<Item>(Slot(this, std::to_string(steps_.size())),
                                       std::forward<Arguments>(arguments)...);
    Item& made = *step;
    steps_.emplace_back(std::move(step));
    return made;
  }

  /// x through all modules, in the order in which they were added.
  Tensor forward(const Tensor& x) {
    Tensor y = x;
    for (const AnyTensorModule& step : steps_) y = step(y);
    return y;
  }

 private:
  std::vector<AnyTensorModule> steps_;
};

}  // namespace heed

// TensorLayer: a module from one tensor to one tensor, of whatever class.
#pragma once

#include <memory>

#include "heed/framework/nn/module.h"

namespace heed {

/// The seam where the class is chosen at run time: a norm, a step of a Sequential.
class TensorLayer {
 public:
  TensorLayer() = default;
  TensorLayer(const TensorLayer&) = delete;
  TensorLayer& operator=(const TensorLayer&) = delete;
  virtual ~TensorLayer() = default;
  virtual Tensor operator()(const Tensor& x) = 0;
};

namespace detail {
template <class Item>
struct TensorLayerAdapter final : TensorLayer {
  Item item;
  template <class... Arguments>
  explicit TensorLayerAdapter(const Slot& slot, Arguments&&... arguments)
      : item(slot, std::forward<Arguments>(arguments)...) {}
  Tensor operator()(const Tensor& x) override { return item(x); }
};
}  // namespace detail

/// An `Item` made with (slot, arguments…) behind the seam.
template <class Item, class... Arguments>
std::unique_ptr<detail::TensorLayerAdapter<Item>> make_tensor_layer(const Slot& slot,
                                                                    Arguments&&... arguments) {
  return std::make_unique<detail::TensorLayerAdapter<Item>>(slot,
                                                            std::forward<Arguments>(arguments)...);
}

}  // namespace heed

#include "heed/modules/attention/kv_cache.h"

#include <array>
#include <utility>

#include "heed/framework/ops/view.h"

namespace heed {

void KeyValueCache::append(const Tensor& new_key, const Tensor& new_value) {
  const bool fits = new_key.dim() == 4 && new_value.dim() == 4 &&
                    new_key.size(0) == new_value.size(0) && new_key.size(1) == new_value.size(1) &&
                    new_key.size(2) == new_value.size(2);
  if (!fits) {
    throw ShapeError(
        "KeyValueCache: needs keys [B, n_kv_heads, L, D_qk] and values "
        "[B, n_kv_heads, L, D_v], got ",
        new_key.shape(), " and ", new_value.shape());
  }
  if (!key.defined()) {
    key = new_key;
    value = new_value;
    return;
  }
  Tensor keys = cat(std::array{key, new_key}, -2);
  Tensor values = cat(std::array{value, new_value}, -2);
  key = std::move(keys);
  value = std::move(values);
}

}  // namespace heed

#include "heed/modules/embedding.h"

#include "heed/framework/nn/init.h"
#include "heed/framework/nn/sizes.h"
#include "heed/framework/ops/indexing.h"

namespace heed {

Embedding::Embedding(const Slot& slot, int64_t tokens, int64_t width)
    : Layer(slot),
      weight({this, "weight"},
             {positive("Embedding", "tokens", tokens), positive("Embedding", "width", width)},
             init::normal(1)) {}

Tensor Embedding::forward(const Tensor& ids) {
  return embedding(ids, weight);
}

}  // namespace heed

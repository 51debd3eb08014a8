#include "heed/modules/attention/documents/prepare_for_multi_head_attention.h"

#include "heed/framework/nn/sizes.h"
#include "heed/framework/ops/view.h"

namespace heed {

PrepareForMultiHeadAttention::PrepareForMultiHeadAttention(const Slot& slot, int64_t d_model,
                                                           int64_t count, int64_t width, Bias bias)
    : Layer(slot),
      heads(positive("PrepareForMultiHeadAttention", "heads", count)),
      d_k(positive("PrepareForMultiHeadAttention", "d_k", width)),
      linear({this, "linear"}, positive("PrepareForMultiHeadAttention", "d_model", d_model),
             heads * d_k, bias) {}

Tensor PrepareForMultiHeadAttention::forward(const Tensor& x) {
  const Tensor y = linear(x);
  Shape shape = y.shape();
  shape[y.dim() - 1] = heads;
  shape.push_back(d_k);
  return view(y, shape);
}

}  // namespace heed

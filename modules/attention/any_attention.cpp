#include "heed/modules/attention/any_attention.h"

namespace heed {

Tensor AnyAttention::operator()(const Tensor& query, const Tensor& key, const Tensor& value,
                                const AttentionCall& call) const {
  const auto refuse_unless = [&](bool supported, const char* what) {
    if (!supported) throw ValueError(name_, ": ", what);
  };
  if (abilities_.causal_only) {
    refuse_unless(call.mask.is_only_causal(),
                  "is causal by itself, so it needs a causal mask and supports no other");
  } else {
    refuse_unless(abilities_.masks || call.mask.empty(),
                  "does not support masks; choose an attention that does");
  }
  refuse_unless(abilities_.caches || call.cache == nullptr,
                "does not support a cache; generate without one, or choose an attention that does");
  refuse_unless(abilities_.heads || !(call.head_gates.defined() || call.weights != nullptr),
                "does not support head gates and weights");
  refuse_unless(abilities_.crosses || query.is_same(key),
                "a sequence attends to itself, so query, key and value must be the same tensor");
  refuse_unless(abilities_.separate_values || key.is_same(value),
                "attends one sequence, so key and value must be the same tensor");
  Tensor y = attend_(query, key, value, call);
  if (y.shape() != query.shape()) {
    throw ValueError(name_, ": gave ", y.shape(), " for x1 ", query.shape(),
                     "; it must give the shape of x1");
  }
  return y;
}

}  // namespace heed

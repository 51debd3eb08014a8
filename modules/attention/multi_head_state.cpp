#include "heed/modules/attention/multi_head_state.h"

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/ops/view.h"

namespace heed {
namespace {

void add(NamedTensors& state, const std::string& name, const Linear& projection) {
  state.emplace_back(name + ".weight", projection.weight);
  if (projection.bias) state.emplace_back(name + ".bias", *projection.bias);
}

}  // namespace

NamedTensors multi_head_state(const Linear& query, const Linear& key, const Linear& value,
                              const Linear& output) {
  NamedTensors state;
  add(state, "W_Q", query);
  add(state, "W_K", key);
  add(state, "W_V", value);
  add(state, "W_O", output);
  return state;
}

NamedTensors multi_head_state(const Linear& packed, const Linear& output) {
  const NoGrad guard;
  NamedTensors state;
  const int64_t rows = packed.weight->size(0) / 3;
  int64_t first = 0;
  for (const std::string name : {"W_Q", "W_K", "W_V"}) {
    state.emplace_back(name + ".weight", narrow(packed.weight, 0, first, rows));
    if (packed.bias) state.emplace_back(name + ".bias", narrow(*packed.bias, 0, first, rows));
    first += rows;
  }
  add(state, "W_O", output);
  return state;
}

}  // namespace heed

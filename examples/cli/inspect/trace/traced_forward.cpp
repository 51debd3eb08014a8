#include "heed/examples/cli/inspect/trace/traced_forward.h"

#include "heed/examples/cli/inspect/example_batch.h"
#include "heed/framework/base/random_scope.h"

namespace heed {
namespace {

NamedTensors names_of(const Model& model, const Batch& batch) {
  NamedTensors names = model.named_parameters();
  names.emplace_back("ids", batch.inputs);
  if (batch.decoder_inputs.defined()) names.emplace_back("decoder ids", batch.decoder_inputs);
  for (const auto& buffer : model.named_buffers()) names.push_back(buffer);
  return names;
}

}  // namespace

TracedForward::TracedForward(Model& model, const TaskForm& form, uint64_t seed)
    : batch(example_batch(form, sequences)), names(names_of(model, batch)), recorder(names) {
  const RandomScope random(RandomPosition{.seed = seed, .step = 1});
  const TraceScope trace(&recorder);
  scores = model(batch);
}

}  // namespace heed

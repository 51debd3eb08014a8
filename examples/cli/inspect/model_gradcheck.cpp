#include "heed/examples/cli/inspect/model_gradcheck.h"

#include <vector>

#include "heed/examples/cli/inspect/example_batch.h"
#include "heed/framework/base/random_scope.h"

namespace heed {

GradcheckReport check_model_gradients(Model& model, const TaskForm& form, uint64_t seed,
                                      const GradcheckOptions& options) {
  // Two sequences show whether one leaks into the other; more would only take longer.
  constexpr int64_t sequences = 2;
  model.to(DType::f64);
  const Batch batch = example_batch(form, sequences);
  const auto scores = [&] {
    // The same position for each call: dropout drops the same elements and is checked too.
    const RandomScope random(RandomPosition{.seed = seed, .step = 1});
    return std::vector<Tensor>{model(batch)};
  };
  return leaf_gradcheck(scores, model.named_parameters(), options);
}

}  // namespace heed

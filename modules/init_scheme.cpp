#include "heed/modules/init_scheme.h"

#include <cmath>

#include "heed/framework/nn/init.h"
#include "heed/framework/nn/sizes.h"
#include "heed/modules/embedding.h"
#include "heed/modules/linear.h"
#include "heed/modules/position_table.h"

namespace heed {

void use_gpt2_init(Module& root, const Gpt2Init& scheme) {
  const double deviation = scheme.standard_deviation;
  if (!(deviation > 0 && std::isfinite(deviation))) {
    throw ValueError("use_gpt2_init: standard_deviation must be above 0 and finite, got ",
                     deviation);
  }
  const auto adds =
      static_cast<double>(positive("use_gpt2_init", "residual_adds", scheme.residual_adds));
  for (Module* module : root.modules()) {
    if (auto* linear = dynamic_cast<Linear*>(module)) {
      linear->weight.initialize_by(
          init::normal(linear->ends_residual_branch ? deviation / std::sqrt(adds) : deviation));
      if (linear->bias) linear->bias->initialize_by(init::zeros());
    } else if (auto* embedding = dynamic_cast<Embedding*>(module)) {
      embedding->weight.initialize_by(init::normal(deviation));
    } else if (auto* positions = dynamic_cast<LearnedPositions*>(module)) {
      positions->weight.initialize_by(init::normal(deviation));
    }
  }
}

}  // namespace heed

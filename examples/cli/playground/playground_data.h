// What the scripts of the playground are told by heed.
#pragma once

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/training/registry.h"

namespace heed {

/// {"tasks", "controls", "attentions", "lessons", "start"}: what can be chosen, from the table of
/// keys; the lessons; and a trained model as the engine would describe it.
JsonValue playground_data(const Registry& registry);

}  // namespace heed

// The playground: a page in which heed trains attention.
#pragma once

#include <string>

#include "heed/examples/cli/report/engine_files.h"
#include "heed/examples/cli/training/registry.h"

namespace heed {

/// The whole file. It shows a model that was trained here before its own engine has started; that
/// takes as long as training configs/reverse.json.
std::string playground_html(const Registry& registry, EngineFiles engine);

}  // namespace heed

// Initialisation schemes: how the parameters of a model are drawn at first.
#pragma once

#include <functional>

#include "heed/examples/cli/config/keys.h"

namespace heed {

struct Model;

/// Replaces initializers of a model that has just been made.
using InitScheme = std::function<void(Model& model)>;
/// Schemes by name: what "model.init" can be.
using InitSchemes = Registered<InitScheme()>;

/// The schemes that come with heed. With each, whatever the form of the model, its first scores are
/// small, so that the first loss is near ln(classes).
InitSchemes builtin_init_schemes();

}  // namespace heed

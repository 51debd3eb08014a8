// Pictures of attention weights, for a terminal.
#pragma once

#include <cstdint>
#include <string>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// Heads side by side, queries downwards, keys to the right, in shades " ░▒▓█" that mean the same
/// weights in every picture, as the last line says; under each head its largest weight. `weights`
/// [H, L_1, L_2]. At most `most`
/// queries and keys; of more, each cell shows the largest weight of several. As many heads in a row
/// as fit in `width` columns. Lines begin with two spaces and end with a line break.
std::string heat_maps(const Tensor& weights, int64_t most = 48, int64_t width = 100);

}  // namespace heed

// Paths of modules, as short as tells them apart.
#pragma once

#include <string>
#include <vector>

namespace heed {

/// Paths without the parts that all have in common at their start and end: "blocks.0" and
/// "blocks.1" of "encoder.blocks.0.attention" and "encoder.blocks.1.attention"; of a single path
/// nothing is left.
std::vector<std::string> shortened_paths(const std::vector<std::string>& paths);

}  // namespace heed

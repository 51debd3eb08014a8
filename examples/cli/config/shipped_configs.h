// The files of configs/, built into the program.
#pragma once

#include <span>
#include <string_view>

namespace heed {

struct ShippedConfig {
  std::string_view name;  ///< of the file, without ".json"
  std::string_view text;
};

/// All of them; the build writes the definition.
std::span<const ShippedConfig> shipped_configs();

}  // namespace heed

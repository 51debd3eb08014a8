// The files of configs/ and configs/data, built into the program.
#pragma once

#include <span>
#include <string_view>

namespace heed {

struct ShippedConfig {
  std::string_view name;  ///< of the file, of a configuration without ".json"
  std::string_view text;
};

/// All of them; the build writes the definition.
std::span<const ShippedConfig> shipped_configs();

/// The files that they read, by their paths from there: "data/attention.txt".
std::span<const ShippedConfig> shipped_data();

}  // namespace heed

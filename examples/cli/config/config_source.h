// The file that the command line calls CONFIG, as text.
#pragma once

#include <string>

namespace heed {

/// The text of the JSON file `path`, "-" being stdin, without its byte order mark. Throws
/// ConfigError.
std::string read_config_source(const std::string& path);

}  // namespace heed

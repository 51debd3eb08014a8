// Reading a configuration: strict JSON and --set overrides against a table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "heed/examples/cli/config/config.h"
#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/table.h"

namespace heed {

/// Reads the JSON file `path`, "-" being stdin, then applies `sets`, each "a.b=value": these win.
/// Relative paths of files start in the folder of the configuration, those of `sets` in the current
/// directory; the Config has them absolute. Throws ConfigError with all faults; a syntax error is
/// reported alone.
Config read_config_file(const ConfigTable& table, const std::string& path,
                        const std::vector<std::string>& sets = {});

/// The same for JSON in memory; `name` is the file in messages. Relative paths in it start in
/// `folder`, "" being the current directory.
Config read_config_text(const ConfigTable& table, std::string_view text, const std::string& name,
                        const std::vector<std::string>& sets = {}, const std::string& folder = "");

}  // namespace heed

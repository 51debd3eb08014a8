// The commands of the program. Each throws what ends it early: see failure.h and ConfigError.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "heed/examples/cli/registry.h"

namespace heed {

/// A configuration as the command line gives it.
struct ConfigArguments {
  std::string path;
  std::vector<std::string> sets;
};

/// What `heed gradcheck` is asked.
struct GradcheckArguments {
  ConfigArguments config;
  bool all = false;                    ///< every element, however many there are
  std::optional<int64_t> sample = {};  ///< so many at random
  uint64_t seed = 0;                   ///< of the sample, the cotangents and the directions
  bool second_order = false;
};

/// What `heed trace` is asked.
struct TraceArguments {
  ConfigArguments config;
  bool json = false;  ///< JSON lines instead of a table
};

/// What `heed heads` is asked.
struct HeadsArguments {
  ConfigArguments config;   ///< whose path may be a run directory
  int64_t sequences = 256;  ///< at most so many held-out ones
  bool json = false;        ///< JSON lines instead of text
};

/// `heed train`: trains into a run directory, by default "runs/<task>-<n>".
void train_command(const Registry& registry, const ConfigArguments& arguments,
                   const std::optional<std::string>& out);
/// `heed validate`: checks a configuration and says what it describes.
void validate_command(const Registry& registry, const ConfigArguments& arguments);
/// `heed gradcheck`: compares the gradients of a configured model with finite differences. Throws
/// GradcheckFailure if they disagree.
void gradcheck_command(const Registry& registry, const GradcheckArguments& arguments);
/// `heed trace`: shows each operation of one forward pass.
void trace_command(const Registry& registry, const TraceArguments& arguments);
/// `heed leaks`: looks for outputs that depend on what they must not see. Throws LeakFailure if
/// there is one.
void leaks_command(const Registry& registry, const ConfigArguments& arguments);
/// `heed heads`: trains a model and says what each head of its attentions is good for.
void heads_command(const Registry& registry, const HeadsArguments& arguments);
/// `heed tasks`: the tasks and attentions that a configuration can name.
void tasks_command(const Registry& registry);
/// `heed info`: what the program runs on and how fast that is.
void info_command();

/// All keys of a configuration with their ranges, defaults and meaning.
std::string key_listing(const ConfigTable& table);

/// Writes to stdout; throws RunError if that fails.
void write_result(const std::string& text);

}  // namespace heed

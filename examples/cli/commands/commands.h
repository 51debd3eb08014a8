// The commands of the program. Each throws what ends it early: see failure.h and ConfigError.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "heed/examples/cli/training/registry.h"

namespace CLI {
class App;
}

namespace heed {

/// A configuration as the command line gives it.
struct ConfigArguments {
  std::string path;
  std::vector<std::string> sets;
};

/// What `heed train` is asked.
struct TrainArguments {
  ConfigArguments config;                  ///< whose path is empty if a run is resumed without one
  std::optional<std::string> out = {};     ///< the run directory; by default "runs/<task>-<n>"
  std::optional<std::string> resume = {};  ///< a run directory or a checkpoint
  std::optional<std::string> init = {};    ///< a safetensors file to take the parameters from
  bool dry_run = false;                    ///< show what would be, write nothing
  int threads = 0;                         ///< 0: HEED_THREADS, or all processors
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
  ConfigArguments config;   ///< whose path may be a run directory or a checkpoint
  int64_t sequences = 256;  ///< at most so many held-out ones
  bool json = false;        ///< JSON lines instead of text
};

/// What `heed init` is asked.
struct InitArguments {
  std::string task;
  std::optional<std::string> out = {};  ///< a file that does not exist yet; none: stdout
};

/// `heed train`: trains into a run directory, a new one or one that is resumed.
void train_command(const Registry& registry, const TrainArguments& arguments);
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
/// `heed heads`: says what each head of a trained model's attentions is good for.
void heads_command(const Registry& registry, const HeadsArguments& arguments);
/// `heed tasks`: the tasks and attentions that a configuration can name.
void tasks_command(const Registry& registry);
/// `heed info`: what the program runs on and how fast that is.
void info_command();

/// `heed schema`: the JSON Schema of a configuration, or its reference in Markdown.
void schema_command(const Registry& registry, bool markdown);
/// `heed init`: writes a configuration to start from.
void init_command(const Registry& registry, const InitArguments& arguments);
/// `heed completion bash`: a script that completes commands, options, tasks, keys and files. `app`
/// is the whole command line.
void completion_command(const CLI::App& app, const Registry& registry);

/// All keys of a configuration with their ranges, defaults and meaning.
std::string key_listing(const ConfigTable& table);

/// Writes to stdout; throws RunError if that fails.
void write_result(const std::string& text);

}  // namespace heed

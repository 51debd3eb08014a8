// The commands that read what a run has kept, and `heed graph`. Each throws what ends it early.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "heed/examples/cli/commands/commands.h"
#include "heed/examples/cli/runs/resume.h"

namespace heed {

/// A trained model as the command line names it.
struct TrainedArguments {
  std::string path;  ///< a run directory or a checkpoint
  bool best = false;
  std::vector<std::string> sets;
};

/// What `heed predict` is asked.
struct PredictArguments {
  TrainedArguments trained;
  std::vector<std::string> inputs;         ///< none: the lines of stdin
  std::optional<std::string> prompt = {};  ///< to be gone on with, in place of inputs
  std::optional<int64_t> tokens = {};      ///< after the prompt
  std::optional<double> temperature = {};
  std::optional<int64_t> top_k = {};
  std::optional<uint64_t> seed = {};
  bool attention = false;
  bool scores = false;
  bool json = false;
};

/// What `heed inspect` is asked.
struct InspectArguments {
  std::string path;  ///< a safetensors file, a checkpoint or a run directory
  bool json = false;
};

/// What `heed export` is asked.
struct ExportArguments {
  TrainedArguments trained;
  std::string out;
  bool pytorch = false;
};

/// What the options of these commands fill in.
struct KeptArguments {
  TrainedArguments eval;
  PredictArguments predict;
  InspectArguments inspect;
  ExportArguments exported;
  ConfigArguments graph;
};

/// load_trained of what is named; warnings go to stderr.
TrainedModel load_named(const Registry& registry, const TrainedArguments& arguments);

/// `heed eval`: how well a trained model does on the held-out sequences.
void eval_command(const Registry& registry, const TrainedArguments& arguments);
/// `heed predict`: what a trained model says to inputs, or after a prompt.
void predict_command(const Registry& registry, const PredictArguments& arguments);
/// `heed inspect`: the tensors of a file.
void inspect_command(const InspectArguments& arguments);
/// `heed export`: a trained model's parameters as one file.
void export_command(const Registry& registry, const ExportArguments& arguments);
/// `heed graph`: modules and data flow of one forward pass, in Graphviz's language.
void graph_command(const Registry& registry, const ConfigArguments& arguments);

/// `heed train --dry-run`: what a run would be, from its first step; writes nothing.
void dry_run(const std::string& path, const Experiment& experiment);
/// `heed train --init`: sets the parameters from a file with our names or PyTorch's. Returns what
/// the log says of it. Throws ConfigError naming every tensor that does not fit.
std::string initialise_from(Model& model, const std::string& path);

}  // namespace heed

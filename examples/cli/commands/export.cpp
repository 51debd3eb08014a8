#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "heed/examples/cli/commands/kept_commands.h"
#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/json_line.h"
#include "heed/examples/cli/model/pytorch_model.h"
#include "heed/framework/base/text.h"
#include "heed/framework/io/folder.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/io/safetensors.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

void check_out(const std::string& path) {
  if (path.empty() || path.ends_with('/')) {
    refuse("--out " + path, "must name a file, such as model.safetensors");
  }
  check_is_free(path);
  const fs::path folder = fs::path(path).parent_path();
  std::error_code ignored;
  if (!folder.empty() && !fs::is_directory(folder, ignored)) {
    refuse("--out " + path, "there is no folder " + folder.string());
  }
}

/// Writes it under another name first: who looks for `path` finds nothing or all of it.
void write_whole(const std::string& path, const NamedTensors& tensors,
                 const std::map<std::string, std::string>& metadata) {
  const std::string partial = partial_name(path);
  std::error_code ignored;
  fs::remove(partial, ignored);  // of an earlier process
  save_safetensors(partial, tensors, metadata);
  try {
    if (!publish(partial, path)) check_is_free(path);
  } catch (...) {
    fs::remove(partial, ignored);
    throw;
  }
}

NamedTensors exported_state(const ExportArguments& arguments, Model& model) {
  if (!arguments.pytorch) return model.state_dict();
  try {
    return pytorch_model_state(model);
  } catch (const ModuleError& error) {
    refuse("--pytorch", error.what());
  }
}

/// How many names of `tensors` a file has.
size_t names_shared(const NamedTensors& tensors, const NamedTensors& file) {
  std::set<std::string> names;
  for (const auto& [name, tensor] : tensors) names.insert(name);
  size_t shared = 0;
  for (const auto& [name, tensor] : file) shared += names.count(name);
  return shared;
}

/// Whether a file that does not fit is more like PyTorch's.
bool looks_like_pytorch(Model& model, const NamedTensors& own, const NamedTensors& file) {
  try {
    return names_shared(pytorch_model_state(model), file) > names_shared(own, file);
  } catch (const ModuleError&) {
    return false;
  }
}

}  // namespace

void export_command(const Registry& registry, const ExportArguments& arguments) {
  check_out(arguments.out);
  const TrainedModel trained = load_named(registry, arguments.trained);
  const Experiment& experiment = trained.experiment;
  const NamedTensors state = exported_state(arguments, *experiment.model);
  std::map<std::string, std::string> metadata = {
      {"format", "pt"},
      {"heed.config", to_json(experiment.config)},
      {"heed.names", arguments.pytorch ? "pytorch" : "heed"},
      {"heed.step", std::to_string(trained.step)},
      {"heed.version", this_origin().version}};
  if (const std::string vocabulary = experiment.task->vocabulary(); !vocabulary.empty()) {
    metadata["heed.vocabulary"] = vocabulary;
  }
  write_whole(arguments.out, state, metadata);
  const nlohmann::ordered_json line = {{"file", arguments.out},
                                       {"checkpoint", trained.checkpoint},
                                       {"step", trained.step},
                                       {"names", metadata["heed.names"]},
                                       {"tensors", state.size()},
                                       {"parameters", experiment.model->num_parameters()},
                                       {"bytes", fs::file_size(arguments.out)}};
  write_result(json_line(line));
}

std::string initialise_from(Model& model, const std::string& path) {
  const std::string place = "--init " + path;
  NamedTensors tensors;
  try {
    tensors = load_safetensors(path).tensors;
  } catch (const IoError& error) {
    refuse("--init", error.what());
  }
  const NamedTensors own = model.state_dict();
  const std::string faults = state_faults(own, tensors);
  if (faults.empty()) {
    model.load_state_dict(tensors);
    return text_of("initial parameters: ", path, ", with heed's names");
  }
  if (!looks_like_pytorch(model, own, tensors)) {
    refuse(place, "the tensors do not fit the model:" + faults);
  }
  try {
    load_pytorch_model(model, tensors);
  } catch (const ModuleError& error) {
    refuse(place, error.what());
  }
  return text_of("initial parameters: ", path, ", with PyTorch's names");
}

}  // namespace heed

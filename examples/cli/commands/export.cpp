// `heed export`: the parameters of a trained model as one file.
#include <filesystem>
#include <map>

#include "heed/examples/cli/commands/line/arguments.h"
#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/model/pytorch_model.h"
#include "heed/examples/cli/runs/run_directory.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/framework/io/folder.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/io/safetensors.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

struct ExportArguments {
  TrainedArguments trained;
  std::string out;
  bool pytorch = false;
};

Options export_options(ExportArguments& arguments) {
  return with_trained(
      arguments.trained,
      {Option::value("--out", &arguments.out, "FILE.safetensors", "the file, which must not exist")
           .required(),
       Option::flag("--pytorch", &arguments.pytorch,
                    "use the names of nn.TransformerEncoder and nn.TransformerDecoder")});
}

void check_out(const std::string& path) {
  if (path.empty() || path.ends_with('/')) {
    refuse("--out " + path, "must name a file, such as model.safetensors");
  }
  check_is_free(path);
  const fs::path folder = fs::path(path).parent_path();
  std::error_code ignored;
  if (!folder.empty() && !fs::is_directory(folder, ignored)) {
    refuse("--out " + path, "no such directory: " + folder.string());
  }
}

/// Writes under another name first: a reader of `path` finds nothing or the whole file.
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

void run_export(const Program& program, const ExportArguments& arguments) {
  check_out(arguments.out);
  const TrainedModel trained = load_named(program, arguments.trained);
  const NamedTensors state = exported_state(arguments, *trained.model);
  auto metadata = model_metadata(trained.config, trained.form, trained.step);
  if (arguments.pytorch) metadata["heed.names"] = "pytorch";
  write_whole(arguments.out, state, metadata);
  const JsonValue line = {{"file", arguments.out},
                          {"checkpoint", trained.path},
                          {"step", trained.step},
                          {"names", metadata["heed.names"]},
                          {"tensors", state.size()},
                          {"parameters", trained.model->num_parameters()},
                          {"bytes", fs::file_size(arguments.out)}};
  write_result(json_line(line));
}

}  // namespace

Command export_command() {
  return {.name = "export",
          .stage = Stage::use,
          .summary = "write a trained model's parameters to a safetensors file",
          .description =
              "Metadata contains the configuration (heed.config), the step and the vocabulary. "
              "With --pytorch, tensors under encoder. and writer.decoder. use PyTorch's names; all "
              "others keep heed's; examples/pytorch_exchange.py shows how. `heed train "
              "--init FILE` reads either. The result is a line of JSON on stdout.",
          .examples = {{"heed export runs/sort-1 --out sort.safetensors", "exports a single file"}},
          .call = calling(export_options, run_export)};
}

}  // namespace heed

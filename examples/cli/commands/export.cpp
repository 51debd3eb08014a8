// `heed export`: the parameters of a trained model as one file, or the metrics of a run.
#include <fmt/format.h>

#include <filesystem>

#include "heed/examples/cli/commands/line/arguments.h"
#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/inspect/runs/event_file.h"
#include "heed/examples/cli/inspect/runs/metrics_export.h"
#include "heed/examples/cli/model/pytorch_model.h"
#include "heed/examples/cli/runs/find_runs.h"
#include "heed/examples/cli/runs/metrics.h"
#include "heed/examples/cli/runs/run_directory.h"
#include "heed/examples/cli/runs/run_summary.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/framework/io/folder.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/io/output_file.h"
#include "heed/framework/io/safetensors.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

struct ExportArguments {
  TrainedArguments trained;
  std::string out;
  bool pytorch = false;
  std::optional<std::string> metrics;  // in which form, instead of the parameters
};

Options export_options(ExportArguments& arguments) {
  return with_trained(
      arguments.trained,
      {Option::value("--out", &arguments.out, "FILE|DIR",
                     "the file, or for tensorboard the directory, which must not exist")
           .required(),
       Option::flag("--pytorch", &arguments.pytorch,
                    "use the names of nn.TransformerEncoder and nn.TransformerDecoder"),
       Option::value("--metrics", &arguments.metrics, "FORM",
                     "write the metrics of a run instead: csv, or tensorboard event files")
           .one_of({"csv", "tensorboard"})
           .excluding("--pytorch")});
}

/// Without the slash that a directory may have at its end; the directories above it are made.
std::string out_of(const ExportArguments& arguments) {
  std::string out = arguments.out;
  if (arguments.metrics != "tensorboard") return out;
  while (out.size() > 1 && out.ends_with('/')) out.pop_back();
  std::error_code ignored;  // check_out() says what is missing
  fs::create_directories(fs::path(out).parent_path(), ignored);
  return out;
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

/// Writes under another name first: a reader of `path` finds nothing or all of it.
template <class Write>
void write_whole(const std::string& path, const Write& write) {
  const std::string partial = partial_name(path);
  remove_folder(partial);  // of an earlier process
  try {
    write(partial);
    if (!publish(partial, path)) check_is_free(path);
  } catch (...) {
    remove_folder(partial);
    throw;
  }
}

/// A folder, so that TensorBoard shows the run under its name.
void write_events(const std::string& folder, const std::vector<ScalarEvent>& events) {
  make_folder(folder);
  const double begun = events.empty() ? 0 : events.front().wall_time;
  write_file(fmt::format("{}/events.out.tfevents.{:010.0f}.heed", folder, begun),
             event_file(events));
  sync_folder(folder);
}

void export_metrics(const ExportArguments& arguments) {
  const std::string& run = arguments.trained.path;
  if (arguments.trained.best || !arguments.trained.sets.empty()) {
    throw UsageError("heed export: --metrics takes neither --best nor --set");
  }
  if (!is_run(run)) refuse("RUN|FILE " + run, "not a run directory, which alone has metrics");
  const std::string out = out_of(arguments);
  check_out(out);
  const Metrics metrics = read_metrics(run);
  for (const std::string& warning : metrics.warnings) say("warning: " + warning);
  write_whole(out, [&](const std::string& partial) {
    if (*arguments.metrics == "csv") {
      write_file(partial, metrics_csv(run, metrics));
    } else {
      write_events(partial, scalar_events(read_summary(run, metrics), metrics));
    }
  });
  write_result(json_line({{arguments.metrics == "csv" ? "file" : "directory", out},
                          {"run", run},
                          {"metrics", *arguments.metrics},
                          {"steps", metrics.steps.size()},
                          {"evaluations", metrics.evaluations.size()}}));
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
  if (arguments.metrics) return export_metrics(arguments);
  check_out(arguments.out);
  const TrainedModel trained = load_named(program, arguments.trained);
  const NamedTensors state = exported_state(arguments, *trained.model);
  auto metadata = model_metadata(trained.config, trained.form, trained.step);
  if (arguments.pytorch) metadata["heed.names"] = "pytorch";
  write_whole(arguments.out,
              [&](const std::string& partial) { save_safetensors(partial, state, metadata); });
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
          .summary = "write a trained model's parameters, or a run's metrics, to a file",
          .description =
              "Metadata contains the configuration (heed.config), the step and the vocabulary. "
              "With --pytorch, tensors under encoder. and writer.decoder. use PyTorch's names; all "
              "others keep heed's; examples/pytorch_exchange.py shows how. `heed train "
              "--init FILE` reads either. The result is a line of JSON on stdout.\n\n"
              "--metrics csv writes a line run,step,key,value for each number of metrics.jsonl; "
              "--metrics tensorboard a directory with an event file, whose tags are train/…, "
              "held_out/… and training_set/…; the time of each step is estimated. Numbers that are "
              "not finite are left out.",
          .examples = {{"heed export runs/sort-1 --out sort.safetensors", "exports a single file"},
                       {"heed export runs/sort-1 --metrics csv --out sort.csv",
                        "its metrics for a spreadsheet or pandas"},
                       {"heed export runs/sort-1 --metrics tensorboard --out board/sort-1",
                        "its metrics for `tensorboard --logdir board`"}},
          .call = calling(export_options, run_export)};
}

}  // namespace heed

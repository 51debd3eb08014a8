#include "heed/examples/cli/runs/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <utility>

#include "heed/examples/cli/runs/run_record.h"
#include "heed/framework/io/checksum.h"
#include "heed/framework/io/folder.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/io/output_file.h"
#include "heed/framework/io/read_file.h"
#include "heed/framework/io/safetensors.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

constexpr size_t state_size_limit = size_t{1} << 24;  // bytes
constexpr std::string_view prefix = "step-", unevaluated = "-unevaluated";

/// The name of a checkpoint. One that is not evaluated yet is older than the evaluated one of the
/// same step.
struct CheckpointName {
  int64_t step = 0;
  bool is_evaluated = true;

  auto operator<=>(const CheckpointName&) const = default;
  std::string text() const {
    return fmt::format("{}{:06}{}", prefix, step, is_evaluated ? "" : unevaluated);
  }
};

std::optional<CheckpointName> parse_name(std::string_view text) {
  CheckpointName name;
  const std::string_view whole = text;
  if (!text.starts_with(prefix)) return {};
  text.remove_prefix(prefix.size());
  if (text.ends_with(unevaluated)) {
    name.is_evaluated = false;
    text.remove_suffix(unevaluated.size());
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), name.step);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  if (!is_number || name.text() != whole) return {};
  return name;
}

CheckpointName name_of(const TrainingState& state) {
  return {state.step, !state.evaluation_due};
}

CheckpointName name_in(const std::string& path) {
  return *parse_name(fs::path(path).filename().string());
}

/// Renames first: a folder that is half removed must not look like a checkpoint.
void remove_checkpoint(const std::string& path) {
  const std::string doomed =
      (fs::path(path).parent_path() / ("." + fs::path(path).filename().string() + ".removed"))
          .string();
  remove_folder(doomed);
  std::error_code error;
  fs::rename(path, doomed, error);
  if (!error) remove_folder(doomed);
}

/// Reads a part of a checkpoint, which has the checksum `wanted` if that is known.
TensorFile load_part(const std::string& path, const std::string& wanted) {
  TensorFile file = load_safetensors(path, Links::refuse);
  const std::string checksum = checksum_text(file.checksum);
  if (wanted.empty() || checksum == wanted) return file;
  throw IoError(path, ": belongs to another checkpoint: its header has the checksum ", checksum,
                ", but state.json wants ", wanted);
}

/// Throws IoError if a checkpoint has the name of another one.
void check_name(const std::string& checkpoint, const TrainingState& state) {
  const auto name = parse_name(fs::path(checkpoint).filename().string());
  const CheckpointName own = name_of(state);
  if (!name || *name == own) return;
  throw IoError(checkpoint, ": renamed: its state.json is that of ", own.text(),
                "; give it this name again, or restore its own files");
}

/// Throws IoError if a checkpoint lies in a run that is not its own.
void check_run(const std::string& checkpoint, const CheckpointState& state) {
  if (!state.identity) return;
  const fs::path folder = fs::path(checkpoint).parent_path();
  const std::string above = folder.parent_path().string(), run = above.empty() ? "." : above;
  if (folder.filename() != fs::path(checkpoints_folder("")).filename()) return;  // copied alone
  const std::string id = RunRecord::read(run).id();
  if (id.empty() || id == state.identity->run) return;
  throw IoError(checkpoint, ": belongs to another run, ", state.identity->run, ", not to ", id,
                "; remove it from this one");
}

/// Reads the parameters. Throws ModuleError, in words of the program, if they do not fit.
TensorFile parameters_for(const Model& model, const std::string& checkpoint,
                          const CheckpointState& state) {
  TensorFile file = load_checkpoint_model(checkpoint, state);
  const std::string faults = state_faults(model.state_dict(), file.tensors);
  if (faults.empty()) return file;
  throw ModuleError("the parameters of ", checkpoint, " do not fit the configuration:", faults);
}

/// Whether a file holds exactly these tensors.
bool holds_exactly(const std::string& path, const NamedTensors& tensors) {
  const TensorFile file = load_safetensors(path, Links::refuse);
  return state_faults(tensors, file.tensors).empty() &&
         to_safetensors(file.tensors) == to_safetensors(tensors);
}

/// Throws IoError unless the checkpoint at `path`, which is not to be written again, is this one.
void check_saved(const std::string& path, const CheckpointState& state, const NamedTensors& model) {
  if (load_checkpoint_state(path).training.step == state.training.step &&
      holds_exactly(model_file(path), model)) {
    return;
  }
  throw IoError(path,
                ": cannot save: there is another checkpoint of this name; resume from it, or "
                "remove it");
}

}  // namespace

void CheckpointFolder::clean() const {
  for (const std::string& name : names_in(path_)) {
    if (name.starts_with(".step-")) remove_folder(path_ + "/" + name);
  }
}

void CheckpointFolder::save(CheckpointState state, const CheckpointTensors& tensors, int64_t most,
                            bool keeps_first) const {
  const std::string name = name_of(state.training).text();
  const std::string path = path_ + "/" + name, partial = partial_file(path_, name);
  if (has_folder(path)) return check_saved(path, state, tensors.model);
  if (!has_folder(path_)) {
    make_folder(path_);
    sync_folder(fs::path(path_).parent_path().string());
  }
  remove_folder(partial);
  make_folder(partial);
  try {
    CheckpointIdentity& identity = *state.identity;
    identity.model =
        checksum_text(save_safetensors(model_file(partial), tensors.model, tensors.metadata));
    identity.optimizer =
        checksum_text(save_safetensors(optimizer_file(partial), tensors.optimizer, {}));
    write_file(state_file(partial), to_json(state));
    sync_folder(partial);
    if (!publish(partial, path)) throw IoError(path, ": created by another process");
  } catch (...) {
    remove_folder(partial);
    throw;
  }
  prune(state.training, most, keeps_first);
}

void CheckpointFolder::prune(const TrainingState& state, int64_t most, bool keeps_first) const {
  const std::vector<std::string> all = list();
  for (int64_t i = 0; i < std::ssize(all) - most; ++i) {
    const std::string& path = all[static_cast<size_t>(i)];
    if (keeps_first && name_in(path).step == 0) continue;
    if (state.best && name_in(path) == CheckpointName{state.best->step, true}) continue;
    remove_checkpoint(path);
  }
}

bool CheckpointFolder::holds(const std::string& checkpoint) const {
  std::error_code ignored;
  const fs::path path(checkpoint);
  return parse_name(path.filename().string()) &&
         fs::equivalent(path, fs::path(path_) / path.filename(), ignored);
}

std::optional<std::string> CheckpointFolder::before(const std::string& checkpoint) const {
  std::optional<std::string> last;
  for (std::string& path : list()) {
    if (name_in(path) < name_in(checkpoint)) last = std::move(path);
  }
  return last;
}

std::vector<std::string> CheckpointFolder::set_aside_after(const std::string& checkpoint) const {
  std::vector<std::string> names;
  for (const std::string& path : list()) {
    if (name_in(path) <= name_in(checkpoint)) continue;
    const std::string first = path_ + "/abandoned-" + fs::path(path).filename().string();
    std::string name = first;
    for (int n = 2; !publish(path, name); ++n) name = text_of(first, "-", n);
    names.push_back(std::move(name));
  }
  return names;
}

std::vector<std::string> CheckpointFolder::list() const {
  while (true) {
    std::vector<std::pair<CheckpointName, std::string>> found;
    for (const std::string& text : names_in(path_)) {
      if (const auto name = parse_name(text)) found.emplace_back(*name, path_ + "/" + text);
    }
    std::sort(found.begin(), found.end());
    std::vector<std::string> paths;
    for (auto& [name, path] : found) {
      if (has_folder(path)) paths.push_back(std::move(path));
    }
    // A run that goes on may have replaced all of them since their names were read.
    if (!paths.empty() || found.empty()) return paths;
  }
}

std::optional<std::string> CheckpointFolder::newest() const {
  std::vector<std::string> all = list();
  if (all.empty()) return {};
  return std::move(all.back());
}

std::optional<std::string> CheckpointFolder::best() const {
  std::optional<std::string> last = newest();
  while (last) {
    const TrainingState state = read_chosen(
        [&] {
          last = newest();
          if (!last) throw IoError(path_, ": all checkpoints were removed meanwhile");
          return *last;
        },
        [](const std::string& path) { return load_checkpoint_state(path).training; });
    if (!state.best) return {};
    std::string path = path_ + "/" + CheckpointName{state.best->step, true}.text();
    if (has_folder(path)) return path;
    // If the run has a newer one by now, that may name another best one, for which it was removed.
    if (newest() == last) return {};
  }
  return {};
}

CheckpointState load_checkpoint_state(const std::string& checkpoint) {
  const std::string path = state_file(checkpoint);
  CheckpointState state =
      read_checkpoint_state(read_file(path, state_size_limit, Links::refuse), path);
  check_name(checkpoint, state.training);
  check_run(checkpoint, state);
  return state;
}

TensorFile load_checkpoint_model(const std::string& checkpoint, const CheckpointState& state) {
  return load_part(model_file(checkpoint), state.identity ? state.identity->model : "");
}

void restore_checkpoint(Trainer& trainer, const std::string& checkpoint,
                        const CheckpointState& state) {
  const TensorFile model = parameters_for(trainer.model(), checkpoint, state);
  const TensorFile optimizer =
      load_part(optimizer_file(checkpoint), state.identity ? state.identity->optimizer : "");
  trainer.restore(state.training, model.tensors, optimizer.tensors);
}

}  // namespace heed

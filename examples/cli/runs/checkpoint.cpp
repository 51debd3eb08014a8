#include "heed/examples/cli/runs/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <utility>

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

bool exists(const std::string& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
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

/// Reads the parameters. Throws ModuleError, in words of the program, if they do not fit.
TensorFile parameters_for(const Model& model, const std::string& checkpoint) {
  TensorFile file = load_safetensors(model_file(checkpoint));
  const std::string faults = state_faults(model.state_dict(), file.tensors);
  if (faults.empty()) return file;
  throw ModuleError("the parameters of ", checkpoint, " do not fit the configuration:", faults);
}

}  // namespace

void CheckpointFolder::clean() const {
  std::error_code ignored;
  std::vector<std::string> left;
  for (const auto& entry : fs::directory_iterator(path_, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(".step-")) left.push_back(entry.path().string());
  }
  for (const std::string& path : left) remove_folder(path);
}

void CheckpointFolder::save(const CheckpointState& state, const CheckpointTensors& tensors,
                            int64_t most) const {
  const std::string name = name_of(state.training).text();
  const std::string path = path_ + "/" + name, partial = partial_file(path_, name);
  if (exists(path)) return;
  if (!exists(path_)) {
    make_folder(path_);
    sync_folder(fs::path(path_).parent_path().string());
  }
  remove_folder(partial);
  make_folder(partial);
  try {
    save_safetensors(model_file(partial), tensors.model, tensors.metadata);
    save_safetensors(optimizer_file(partial), tensors.optimizer, {});
    write_file(state_file(partial), to_json(state));
    sync_folder(partial);
    if (!publish(partial, path)) throw IoError(path, ": created by another process");
  } catch (...) {
    remove_folder(partial);
    throw;
  }
  prune(state.training, most);
}

void CheckpointFolder::prune(const TrainingState& state, int64_t most) const {
  const std::vector<std::string> all = list();
  for (int64_t i = 0; i < std::ssize(all) - most; ++i) {
    const std::string& path = all[static_cast<size_t>(i)];
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
  std::vector<std::pair<CheckpointName, std::string>> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(path_, ignored)) {
    if (const auto name = parse_name(entry.path().filename().string())) {
      found.emplace_back(*name, entry.path().string());
    }
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> paths;
  for (auto& [name, path] : found) paths.push_back(std::move(path));
  return paths;
}

std::optional<std::string> CheckpointFolder::newest() const {
  std::vector<std::string> all = list();
  if (all.empty()) return {};
  return std::move(all.back());
}

std::optional<std::string> CheckpointFolder::best() const {
  const std::optional<std::string> last = newest();
  if (!last) return {};
  const TrainingState state = load_checkpoint_state(*last).training;
  if (!state.best) return {};
  std::string path = path_ + "/" + CheckpointName{state.best->step, true}.text();
  if (!exists(path)) return {};
  return path;
}

CheckpointState load_checkpoint_state(const std::string& checkpoint) {
  const std::string path = state_file(checkpoint);
  return read_checkpoint_state(read_file(path, state_size_limit), path);
}

void restore_checkpoint(Trainer& trainer, const std::string& checkpoint,
                        const TrainingState& state) {
  const TensorFile model = parameters_for(trainer.model(), checkpoint);
  const TensorFile optimizer = load_safetensors(optimizer_file(checkpoint));
  trainer.restore(state, model.tensors, optimizer.tensors);
}

}  // namespace heed

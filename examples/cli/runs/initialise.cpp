#include "heed/examples/cli/runs/initialise.h"

#include <filesystem>
#include <set>
#include <utility>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/model/pytorch_model.h"
#include "heed/examples/cli/runs/trained_model.h"
#include "heed/examples/cli/runs/word_rows.h"
#include "heed/framework/base/text.h"
#include "heed/framework/io/folder.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/io/read_file.h"
#include "heed/framework/io/safetensors.h"

namespace heed {
namespace {

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

InitialParameters parameters_in_file(const std::string& path) {
  TensorFile file = load_safetensors(path);
  return {path, std::move(file.tensors), form_in(file.metadata, path)};
}

InitialParameters parameters_in_run(const std::string& path) {
  constexpr size_t most_bytes = size_t{1} << 28;
  StoredModel stored = read_stored_model(path);
  InitialParameters initial{stored.path, std::move(stored.tensors), std::move(stored.form)};
  if (initial.form) return initial;
  const std::string vocabulary = vocabulary_file(model_source(path, path).run);
  if (is_file(vocabulary)) {
    initial.form = form_of_vocabulary(read_file(vocabulary, most_bytes, Links::refuse), vocabulary);
  }
  return initial;
}

}  // namespace

InitialParameters read_initial(const std::string& path) {
  std::error_code ignored;
  try {
    return std::filesystem::is_directory(path, ignored) ? parameters_in_run(path)
                                                        : parameters_in_file(path);
  } catch (const IoError& error) {
    refuse("--init", error.what());
  }
}

std::string initialise_from(Model& model, const TaskForm& own, InitialParameters initial) {
  const std::string place = "--init " + initial.path;
  const NamedTensors fresh = model.state_dict();
  NamedTensors& tensors = initial.tensors;
  std::string words;
  if (initial.form) words = move_rows_by_word(tensors, fresh, *initial.form, own);
  if (!words.empty()) words = "; " + words;
  const std::string faults = state_faults(fresh, tensors);
  if (faults.empty()) {
    model.load_state_dict(tensors);
    return text_of("initial parameters: ", initial.path, ", with heed's names", words);
  }
  if (!looks_like_pytorch(model, fresh, tensors)) {
    refuse(place, "the tensors do not fit the model:" + faults);
  }
  try {
    load_pytorch_model(model, tensors);
  } catch (const ModuleError& error) {
    refuse(place, error.what());
  }
  return text_of("initial parameters: ", initial.path, ", with PyTorch's names", words);
}

}  // namespace heed

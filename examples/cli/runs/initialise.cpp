#include "heed/examples/cli/runs/initialise.h"

#include <set>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/model/pytorch_model.h"
#include "heed/framework/base/text.h"
#include "heed/framework/io/io_error.h"
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

}  // namespace

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

#include "heed/examples/cli/runs/trained_model.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/key_error.h"
#include "heed/examples/cli/model/pytorch_model.h"
#include "heed/examples/cli/runs/earlier_model.h"
#include "heed/examples/cli/runs/stored_config.h"
#include "heed/framework/io/folder.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/io/read_file.h"
#include "heed/framework/io/safetensors.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

constexpr const char *config_key = "heed.config", *form_key = "heed.task", *step_key = "heed.step",
                     *names_key = "heed.names", *version_key = "heed.version",
                     *vocabulary_key = "heed.vocabulary";

constexpr size_t most_vocabulary_bytes = size_t{1} << 28;

const std::string* member(const std::map<std::string, std::string>& metadata, const char* key) {
  const auto found = metadata.find(key);
  return found == metadata.end() ? nullptr : &found->second;
}

/// A table of a size that the file does not have would be allocated before that shows.
void check_table_sizes(const StoredModel& stored) {
  const TaskShape& shape = stored.form->shape;
  for (const auto& [name, tensor] : stored.tensors) {
    const bool is_tokens = name == "tokens.weight";
    if ((!is_tokens && name != "positions.learned.weight") || tensor.dim() != 2) continue;
    const int64_t wanted = is_tokens ? shape.symbols : shape.length;
    if (tensor.size(0) == wanted) continue;
    throw IoError(stored.path, ": damaged: ", name, " has ", tensor.size(0),
                  " rows, but its heed.task asks for ", wanted);
  }
}

/// Parameters and form: what the file of a checkpoint and an exported one share.
StoredModel stored_in(const std::string& file, TensorFile content,
                      std::map<std::string, std::string>& metadata) {
  StoredModel stored{.path = file};
  stored.tensors = std::move(content.tensors);
  metadata = std::move(content.metadata);
  if (const std::string* names = member(metadata, names_key)) stored.names = *names;
  if (member(metadata, form_key) != nullptr) {
    stored.form = form_in(metadata, file);
    check_table_sizes(stored);
  }
  return stored;
}

StoredModel stored_in_checkpoint(const std::string& checkpoint, const std::string& run) {
  CheckpointState state = load_checkpoint_state(checkpoint);
  std::map<std::string, std::string> metadata;
  StoredModel stored =
      stored_in(model_file(checkpoint), load_checkpoint_model(checkpoint, state), metadata);
  stored.path = checkpoint;
  stored.step = state.training.step;
  stored.config = state.config;
  stored.config_place = config_place(checkpoint);
  if (!stored.form && is_file(vocabulary_file(run))) {
    stored.form = earlier_form(
        stored.config, read_file(vocabulary_file(run), most_vocabulary_bytes), stored.tensors);
  }
  stored.state = std::move(state);
  return stored;
}

StoredModel named_by(const std::string& place, StoredModel stored) {
  stored.place = place;
  return stored;
}

/// The section "model" alone: the others need lists that a model does not need.
Config model_section(const ConfigTable& table, const StoredModel& stored) {
  JsonValue section = std::initializer_list<JsonMember>{};
  try {
    const JsonValue whole = read_json(stored.config);
    if (const JsonValue* model = whole.find("model")) section.add("model", *model);
  } catch (const JsonError& error) {
    refuse(stored.config_place, error.what());
  }
  return read_stored_text(table, json_text(section), stored.config_place);
}

void load_parameters(Model& model, const StoredModel& stored) {
  try {
    if (stored.names == "pytorch") return load_pytorch_model(model, stored.tensors);
    const std::string faults = state_faults(model.state_dict(), stored.tensors);
    if (faults.empty()) return model.load_state_dict(stored.tensors);
    refuse(stored.place,
           "the parameters of " + stored.path + " do not fit the configuration:" + faults);
  } catch (const ModuleError& error) {
    refuse(stored.place, error.what());
  }
}

}  // namespace

StoredModel read_model_file(const std::string& file) {
  try {
    std::map<std::string, std::string> metadata;
    StoredModel stored = stored_in(file, load_safetensors(file), metadata);
    const std::string* config = member(metadata, config_key);
    if (config == nullptr) {
      refuse(file,
             "not a model of heed: its metadata has no heed.config; `heed inspect` lists its "
             "tensors, `heed train CONFIG --init FILE` starts from them");
    }
    stored.config = *config;
    stored.config_place = file + " (" + config_key + ")";
    const std::string* words = member(metadata, vocabulary_key);
    if (!stored.form && words != nullptr) {
      stored.form = earlier_form(stored.config, *words, stored.tensors);
    }
    const std::string* step = member(metadata, step_key);
    stored.step = step == nullptr ? 0 : parse_number<int64_t>(*step).value_or(0);
    return stored;
  } catch (const IoError& error) {  // it is all that was given
    refuse("model", error.what());
  }
}

StoredModel read_stored_model(const std::string& path, WhichCheckpoint which) {
  std::error_code ignored;
  if (fs::is_regular_file(path, ignored)) {
    if (which == WhichCheckpoint::newest) return named_by(path, read_model_file(path));
    refuse(path, "--best chooses among the checkpoints of a run; this is a file");
  }
  const ModelSource source = model_source(path, path);
  return CheckpointFolder::read_chosen([&] { return chosen_checkpoint(path, source, which); },
                                       [&](const std::string& checkpoint) {
                                         return named_by(
                                             path, stored_in_checkpoint(checkpoint, source.run));
                                       });
}

TrainedModel trained_model(StoredModel stored, const ModelLists& lists) {
  if (!stored.form) {
    refuse(stored.place,
           "written by an earlier version of heed, without its vocabulary: `heed export` with the "
           "task's data at hand writes a file that has it");
  }
  ConfigTable table;
  table.add_section("model", ModelKeys{{}, lists}.table());
  const Config config = model_section(table, stored);
  std::unique_ptr<Model> model = made_from({stored.config_place, "", stored.sets}, [&] {
    return make_model(ModelKeys{config.section("model"), lists}, stored.form->shape);
  });
  load_parameters(*model, stored);
  return {std::move(stored.path), stored.step, std::move(stored.config), std::move(*stored.form),
          std::move(model)};
}

TrainedModel load_trained_model(const std::string& path, const ModelLists& lists) {
  return trained_model(read_stored_model(path), lists);
}

TaskForm form_of_vocabulary(const std::string& json, const std::string& place) {
  const auto words_in = [&](const JsonValue* array) {
    std::vector<std::string> words;
    if (array == nullptr || array->kind != JsonValue::Kind::array) {
      throw IoError(place, ": not a vocabulary");
    }
    for (const JsonValue& word : array->children) words.push_back(word.text);
    return words;
  };
  try {
    const JsonValue whole = read_json(json, json.size());
    const bool is_pairs = whole.kind == JsonValue::Kind::object;
    TaskForm form{};
    form.tokenizer.is_collected = true;
    form.tokenizer.inputs = words_in(is_pairs ? whole.find("source") : &whole);
    form.tokenizer.targets = words_in(is_pairs ? whole.find("target") : &whole);
    form.shape.symbols = std::ssize(form.tokenizer.inputs);
    form.shape.classes = std::ssize(form.tokenizer.targets) + (is_pairs ? 1 : 0);
    form.shape.attends = is_pairs ? Attends::encoder_decoder : Attends::causal;
    form.shape.answer_symbols = is_pairs ? form.shape.classes : 0;
    if (is_pairs) form.tokenizer.answer_end = std::ssize(form.tokenizer.targets);
    return form;
  } catch (const JsonError& error) {
    throw IoError(place, ": not a vocabulary: ", std::string_view(error.what()));
  }
}

std::optional<TaskForm> form_in(const std::map<std::string, std::string>& metadata,
                                const std::string& file) {
  const auto place = [&](const char* key) {
    return text_of(file, " (", std::string_view(key), ")");
  };
  if (const std::string* form = member(metadata, form_key)) {
    return read_task_form(*form, place(form_key));
  }
  if (const std::string* vocabulary = member(metadata, vocabulary_key)) {
    return form_of_vocabulary(*vocabulary, place(vocabulary_key));
  }
  return {};
}

std::map<std::string, std::string> model_metadata(const std::string& config, const TaskForm& form,
                                                  int64_t step) {
  std::map<std::string, std::string> metadata = {{"format", "pt"},
                                                 {config_key, config},
                                                 {names_key, "heed"},
                                                 {step_key, std::to_string(step)},
                                                 {version_key, this_origin().version},
                                                 {form_key, to_json(form)}};
  if (std::string words = form.tokenizer.vocabulary(); !words.empty()) {
    metadata[vocabulary_key] = std::move(words);
  }
  return metadata;
}

}  // namespace heed

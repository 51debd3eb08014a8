#include "heed/examples/cli/page/session.h"

#include <algorithm>
#include <filesystem>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/read_config.h"
#include "heed/examples/cli/config/shipped_configs.h"
#include "heed/examples/cli/runs/flat_config.h"
#include "heed/examples/cli/runs/trained_model.h"
#include "heed/examples/cli/training/failure.h"
#include "heed/framework/io/output_file.h"
#include "heed/framework/io/safetensors.h"

namespace heed {
namespace {

constexpr const char* pairs_name = "pairs.txt";
constexpr const char* model_name = "model.safetensors";

std::string asked_text(const JsonValue& request, const char* key) {
  const JsonValue* value = request.find(key);
  return value == nullptr ? "" : value->text;
}

std::vector<std::string> asked_texts(const JsonValue& request, const char* key) {
  std::vector<std::string> texts;
  if (const JsonValue* list = request.find(key)) {
    if (list->kind != JsonValue::Kind::array) {
      throw ValueError("page: ", key, " must be a list, not ", json_text(*list));
    }
    for (const JsonValue& value : list->children) texts.push_back(value.text);
  }
  return texts;
}

std::string_view text_of_shipped(const std::string& name) {
  for (const ShippedConfig& shipped : shipped_configs()) {
    if (shipped.name == name) return shipped.text;
  }
  refuse("config", "no configuration of this name comes with heed: " + name);
}

void write_over(const std::string& path, std::string_view text) {
  std::filesystem::remove(path);
  write_file(path, text);
}

/// The list that a key of one of its elements belongs to; "" if it belongs to none.
std::string list_with(const ConfigTable& table, const std::string& path) {
  for (const ConfigList& list : table.lists()) {
    if (path.starts_with(list.path + ".")) return list.path;
  }
  return "";
}

/// Changes such as `--set` takes them; null is a key that is unset. Lists are set as a whole.
JsonValue changes_json(const ConfigTable& table, const JsonValue& config) {
  const ShippedChanges nearest = changes_from_shipped(flat_config(config));
  std::vector<std::string> sets;
  for (const auto& [path, value] : nearest.changes) {
    const std::string list = list_with(table, path);
    const JsonValue* elements = list.empty() ? nullptr : config.at(list);
    std::string set = (list.empty() ? path : list) + "=";
    if (list.empty()) {
      set += value == "unset" ? "null" : value;
    } else {
      set += elements == nullptr ? "null" : json_text(*elements);
    }
    if (std::find(sets.begin(), sets.end(), set) == sets.end()) sets.push_back(std::move(set));
  }
  return {{"shipped", nearest.shipped}, {"sets", sets}};
}

/// Of a task whose symbols are numbered otherwise the model would understand nothing.
void check_same_symbols(const Task& task, const TaskForm& form) {
  const Tokenizer& now = task.tokenizer();
  if (now.inputs == form.tokenizer.inputs && now.targets == form.tokenizer.targets) return;
  throw ValueError("page: the data has not the symbols of the model");
}

/// As it is given away: files beside it.
JsonValue portable_config(const std::string& config) {
  JsonValue json = read_json(config);
  for (JsonValue& section : json.children) {
    for (JsonValue& value : section.children) {
      const bool is_path = section.name == "task" && value.name.ends_with("path");
      if (is_path) value.text = std::filesystem::path(value.text).filename();
    }
  }
  return json;
}

/// A held-out input as a user would type it.
std::string example_input(const Task& task) {
  const Batch batch = task.evaluation_batch(0, 1);
  std::vector<int64_t> symbols = batch.inputs.to_vector<int64_t>();
  if (batch.lengths.defined()) symbols.resize(static_cast<size_t>(batch.lengths.item()));
  return task.tokenizer().typed_text(symbols);
}

/// From the parameters of a model alone.
void go_on(Trainer& trainer, const Model& model, int64_t step) {
  trainer.restore({.step = step}, model.state_dict(), trainer.optimizer_state());
}

}  // namespace

PageSession::PageSession(Registry registry, std::string folder)
    : registry_(std::move(registry)), folder_(std::move(folder)) {
  for (const ShippedConfig& data : shipped_data()) {
    const std::filesystem::path path = file(std::string(data.name).c_str());
    std::filesystem::create_directories(path.parent_path());
    write_over(path, data.text);
    write_over(file(path.filename().c_str()), data.text);  // as portable_config() names it
  }
}

Experiment PageSession::opened(const JsonValue& request, const TaskForm* kept) const {
  std::vector<std::string> sets = asked_texts(request, "sets");
  if (request.find("pairs") != nullptr) {
    write_over(file(pairs_name), asked_text(request, "pairs"));
    std::erase_if(sets, [](const std::string& set) { return set.starts_with("task.path="); });
    sets.push_back("task.path=" + file(pairs_name));
  }
  const std::string shipped = asked_text(request, "shipped");
  const std::string name = shipped.empty() ? asked_text(request, "name") : shipped + ".json";
  const std::string text =
      shipped.empty() ? asked_text(request, "config") : std::string(text_of_shipped(shipped));
  return build_experiment(registry_, read_config_text(registry_.table(), text, name, sets, folder_),
                          {name, sets, kept});
}

JsonValue PageSession::open(const JsonValue& request) {
  const JsonValue* keep = request.find("keep");
  const bool is_kept = keep != nullptr && keep->text == "true" && (experiment_ || loaded_);
  Experiment next = opened(request, is_kept ? &form_ : nullptr);
  if (is_kept && experiment_) {
    const KeptState state = state_now();
    next.trainer->restore(state.training, state.model, state.optimizer);
  } else if (is_kept) {
    check_same_symbols(*next.task, form_);
    go_on(*next.trainer, *loaded_, step_);
  } else {
    next.trainer->initialise();
    kept_.clear();
  }
  experiment_ = std::move(next);
  loaded_.reset();
  config_ = to_json(experiment_->config);
  form_ = form_of(task_name(experiment_->config), *experiment_->task);
  if (kept_.empty()) keep_state();
  return description();
}

JsonValue PageSession::load() {
  StoredModel stored = read_model_file(file(model_name));
  TrainedModel trained = trained_model(std::move(stored), registry_);
  std::string missing;
  std::optional<Experiment> next;
  try {
    next = build_experiment(
        registry_,
        read_config_text(registry_.table(), json_text(portable_config(trained.config)), model_name,
                         {}, folder_),
        {model_name, {}, &trained.form});
    check_same_symbols(*next->task, trained.form);
    go_on(*next->trainer, *trained.model, trained.step);
  } catch (const Error& error) {  // the data of the task is not here
    missing = error.what();
    next.reset();
  }
  experiment_ = std::move(next);
  loaded_ = experiment_ ? nullptr : std::move(trained.model);
  config_ = experiment_ ? to_json(experiment_->config) : std::move(trained.config);
  form_ = std::move(trained.form);
  step_ = trained.step;
  kept_.clear();
  if (experiment_) keep_state();
  JsonValue json = description();
  if (!missing.empty()) json.add("missing", missing);
  return json;
}

JsonValue PageSession::save() {
  const NamedTensors tensors = model().state_dict();
  const std::string config = json_text(portable_config(config_));
  std::filesystem::remove(file(model_name));
  save_safetensors(file(model_name), tensors, model_metadata(config, form_, step()));
  return {{"file", model_name}, {"bytes", std::filesystem::file_size(file(model_name))}};
}

JsonValue PageSession::description() {
  const JsonValue config = portable_config(config_);
  std::vector<JsonValue> attentions;
  for (const auto& [path, attention] : model().attentions()) {
    const auto same = attention->as_multi_head();
    attentions.push_back({{"path", path}, {"heads", same == nullptr ? 0 : same->H}});
  }
  std::vector<std::string> warnings;
  if (experiment_) warnings = experiment_->task->warnings();
  return {{"config", json_file(config)},
          {"changes", changes_json(registry_.table(), config)},
          {"parameters", model().num_parameters()},
          {"attentions", attentions},
          {"example", experiment_ ? example_input(*experiment_->task) : ""},
          {"warnings", warnings},
          {"state", state_json()}};
}

Model& PageSession::model() {
  if (experiment_) return *experiment_->model;
  if (loaded_ == nullptr) throw RunError("page: there is no model yet");
  return *loaded_;
}

Experiment& PageSession::experiment() {
  if (!experiment_) {
    model();  // unless there is none either
    throw RunError("page: the data that this model was trained on is not in the page: it can be ",
                   "asked, not trained");
  }
  return *experiment_;
}

int64_t PageSession::step() const {
  return experiment_ ? experiment_->trainer->state().step : step_;
}

uint64_t PageSession::seed() const {
  return experiment_ ? experiment_->training.random_seed() : 0;
}

std::unique_ptr<Model> PageSession::exact_copy() {
  StoredModel stored{.path = "the model of the page",
                     .place = "page",
                     .tensors = model().state_dict(),
                     .config = config_,
                     .config_place = "the configuration of the page",
                     .form = form_};
  std::unique_ptr<Model> copy = trained_model(std::move(stored), registry_).model;
  copy->to(DType::f64);
  return copy;
}

}  // namespace heed

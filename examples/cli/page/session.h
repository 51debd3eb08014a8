// PageSession: a model in a page, which is trained step by step, asked and looked at. The page and
// the engine exchange JSON texts: see answer_request().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/tasks/task_form.h"
#include "heed/examples/cli/training/experiment.h"

namespace heed {

/// Where training could go on from.
struct KeptState {
  TrainingState training;
  NamedTensors model, optimizer;
};

class PageSession {
 public:
  /// `folder` exists; files that a task reads, and model files, lie there.
  PageSession(Registry registry, std::string folder);

  /// Begins with a new model, or with "keep" goes on with the parameters of the one that is there.
  ///
  ///   {"shipped": "reverse"} or {"config": TEXT, "name": "mine.json"}: the configuration
  ///   "sets": ["model.layers=2"]      what changes it, as `heed train --set` takes it
  ///   "pairs": TEXT                   lines SOURCE <tab> TARGET, which task.path then names
  ///
  /// Throws ConfigError, with "keep" also ModuleError if the parameters or the optimizer's state do
  /// not fit; the model is then as before.
  JsonValue open(const JsonValue& request);
  /// Takes "steps" steps, fewer if "milliseconds" are over, then evaluates if it is due. Says in
  /// "diverged" what is not finite.
  JsonValue train(const JsonValue& request);
  /// Goes back to the last evaluation but those that were gone back to.
  JsonValue go_back();
  /// Opens the file "model.safetensors" of the folder, and writes it.
  JsonValue load();
  JsonValue save();

  /// Weights and scores of all heads on held-out sequences.
  JsonValue look();
  /// The answer to "input" and the weights of all heads while the model reads it. Those in
  /// "closed", each a list of an attention and a head, are switched off.
  JsonValue ask(const JsonValue& request);
  /// How good the model is with the heads in "closed" switched off.
  JsonValue evaluate_without(const JsonValue& request);

  /// What `heed gradcheck`, `heed leaks` and `heed trace` say of the model as it is.
  JsonValue check_gradients();
  JsonValue measure_leaks();
  JsonValue trace();

 private:
  /// `kept`: of the model that goes on.
  Experiment opened(const JsonValue& request, const TaskForm* kept) const;
  JsonValue description();
  JsonValue state_json() const;
  void keep_state();
  KeptState state_now() const;
  std::string file(const char* name) const { return folder_ + "/" + name; }

  Model& model();
  Experiment& experiment();
  /// Like the model, in f64.
  std::unique_ptr<Model> exact_copy();
  int64_t step() const;
  uint64_t seed() const;

  Registry registry_;
  std::string folder_;
  std::optional<Experiment> experiment_;  // none: a model without the data of its task
  std::unique_ptr<Model> loaded_;         // then it is this one
  std::string config_;                    // of the model, as JSON
  int64_t step_ = 0;                      // of a loaded model
  TaskForm form_{};
  std::vector<KeptState> kept_;  // the latest last
};

/// Answers a request of the page, {"do": "open", …}, with JSON: what the function of that name
/// returns, or {"error": {"kind": …, "message": …}}. Throws nothing.
std::string answer_request(PageSession& session, std::string_view request) noexcept;

}  // namespace heed

// Trained models, read from what training or `heed export` wrote: no data, no task and nothing but
// these files is needed to ask one.
//
//   TrainedModel trained = load_trained_model("sort.safetensors");
//   Answerer answerer(*trained.model, trained.form);  // inspect/answering.h
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "heed/examples/cli/model/model.h"
#include "heed/examples/cli/runs/checkpoint.h"
#include "heed/examples/cli/runs/model_source.h"
#include "heed/examples/cli/tasks/task_form.h"

namespace heed {

/// What the files of a model hold, before a model is made of it.
struct StoredModel {
  std::string path;               ///< of the checkpoint or of the file
  std::string place = {};         ///< what the user named, for messages
  NamedTensors tensors = {};      ///< the parameters
  std::string names = "heed";     ///< whose names they have: heed's or "pytorch"'s
  int64_t step = 0;               ///< after which it was written
  std::string config = {};        ///< all that it was trained with, as JSON
  std::string config_place = {};  ///< what messages call that
  /// None in files of earlier versions, which need the task's data.
  std::optional<TaskForm> form = {};
  std::optional<CheckpointState> state = {};  ///< of a checkpoint
  std::vector<std::string> sets = {};         ///< what changed its configuration, for messages
};

/// Reads a run directory, a checkpoint, which may lie anywhere, or a file that `heed export` wrote.
/// Throws ConfigError if the path is none of them, IoError if a file is damaged.
StoredModel read_stored_model(const std::string& path,
                              WhichCheckpoint which = WhichCheckpoint::newest);

/// The same of a file that `heed export` wrote. Throws ConfigError if it is none, or damaged.
StoredModel read_model_file(const std::string& file);

/// A model with its parameters, and what it takes to ask it.
struct TrainedModel {
  std::string path;              ///< of the checkpoint or of the file
  int64_t step;                  ///< after which it was written
  std::string config;            ///< all that it was trained with, as JSON
  TaskForm form;                 ///< shape, words and questions of its task
  std::unique_ptr<Model> model;  ///< with the trained parameters
};

/// Makes a model of the parts in `lists`. Throws ConfigError if the parameters do not fit the
/// configuration, or it names a part that is not there.
TrainedModel trained_model(StoredModel stored, const ModelLists& lists);
/// Both in one.
TrainedModel load_trained_model(const std::string& path,
                                const ModelLists& lists = builtin_model_lists());

/// What the metadata of a model file says of its task: of a file of an earlier version only the
/// words and how many there are; none if it says nothing. `file` is for messages. Throws IoError.
std::optional<TaskForm> form_in(const std::map<std::string, std::string>& metadata,
                                const std::string& file);
/// The same of the content of a vocabulary.json.
TaskForm form_of_vocabulary(const std::string& json, const std::string& place);

/// The metadata of a model file: what read_stored_model reads back. `config` is JSON.
std::map<std::string, std::string> model_metadata(const std::string& config, const TaskForm& form,
                                                  int64_t step);

}  // namespace heed

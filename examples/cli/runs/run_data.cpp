#include "heed/examples/cli/runs/run_data.h"

#include <algorithm>
#include <utility>

#include "heed/examples/cli/config/paths.h"
#include "heed/examples/cli/tasks/example.h"
#include "heed/framework/io/checksum.h"

namespace heed {
namespace {

void add_tensor(Crc32& checksum, const Tensor& tensor) {
  if (!tensor.defined()) return;
  checksum.add(raw_bytes(tensor.to_vector<int64_t>()));
}

void add_batch(Crc32& checksum, const Batch& batch) {
  for (const Tensor& tensor : {batch.inputs, batch.targets, batch.decoder_inputs, batch.lengths}) {
    add_tensor(checksum, tensor);
  }
}

std::string file_text(const SeenFile& file) {
  return file.key + ": " + shown_path(file.path);
}

/// What the files say about it; "" if they are the same, or it is not known what they were.
std::string files_difference(const std::vector<SeenFile>& now,
                             const std::vector<SeenFile>& before) {
  if (before.empty()) return "";
  if (now.size() != before.size()) {
    return text_of("the task reads ", now.size(), " files, not ", before.size());
  }
  std::string text;
  for (size_t i = 0; i < now.size(); ++i) {
    if (now[i].checksum == before[i].checksum) continue;
    text += (text.empty() ? "" : "; ") + file_text(now[i]) + " has changed: its checksum is " +
            now[i].checksum + ", not " + before[i].checksum;
  }
  return text;
}

const std::string* text_in(const JsonValue& json, const char* name) {
  const JsonValue* found = json.find(name);
  return found != nullptr && found->kind == JsonValue::Kind::string ? &found->text : nullptr;
}

std::optional<SeenFile> seen_file_in(const JsonValue& json) {
  const std::string* key = text_in(json, "key");
  const std::string* path = text_in(json, "path");
  const std::string* checksum = text_in(json, "crc32");
  if (key == nullptr || path == nullptr || checksum == nullptr) return {};
  return SeenFile{*key, *path, *checksum};
}

}  // namespace

std::string data_checksum(const Task& task, bool is_whole) {
  constexpr int64_t drawn = 16, at_once = 256;
  Crc32 checksum;
  checksum.add(task.tokenizer().vocabulary());
  if (is_whole || task.training_set_size() == 0) task.add_data_to(checksum);
  add_batch(checksum, task.training_batch(1, drawn));
  for (int64_t first = 0, size = task.training_set_size(); first < size; first += at_once) {
    add_batch(checksum, task.training_set_batch(first, std::min(at_once, size - first)));
  }
  const bool is_fixed = task.training_set_size() > 0;
  const int64_t held_out =
      is_fixed ? task.evaluation_size() : std::min(at_once, task.evaluation_size());
  for (int64_t first = 0; first < held_out; first += at_once) {
    add_batch(checksum, task.evaluation_batch(first, std::min(at_once, held_out - first)));
  }
  return checksum_text(checksum.value());
}

DataFingerprint fingerprint_of(const Task& task) {
  DataFingerprint data{.checksum = data_checksum(task), .held_out = task.evaluation_size()};
  for (const DataFile& file : task.files()) {
    data.files.push_back({file.key, file.path, checksum_text(file.checksum)});
  }
  return data;
}

JsonValue to_json(const DataFingerprint& data) {
  std::vector<JsonValue> files;
  for (const SeenFile& file : data.files) {
    files.push_back({{"key", file.key}, {"path", file.path}, {"crc32", file.checksum}});
  }
  JsonValue json = {{"checksum", data.checksum}, {"is_whole", data.is_whole}, {"files", files}};
  if (data.held_out) json.add("held_out", *data.held_out);
  return json;
}

std::optional<DataFingerprint> read_fingerprint(const JsonValue& json) {
  const std::string* checksum = text_in(json, "checksum");
  if (checksum == nullptr) return {};
  const JsonValue* is_whole = json.find("is_whole");
  DataFingerprint data{.checksum = *checksum,
                       .is_whole = is_whole != nullptr && is_whole->text == "true"};
  if (const JsonValue* held_out = json.find("held_out")) {
    data.held_out = parse_number<int64_t>(held_out->text);
  }
  const JsonValue* files = json.find("files");
  if (files == nullptr) return data;
  for (const JsonValue& entry : files->children) {
    auto file = seen_file_in(entry);
    if (!file) return {};
    data.files.push_back(*std::move(file));
  }
  return data;
}

DataDifference data_difference(const Task& task, const DataFingerprint& before) {
  const DataFingerprint now = fingerprint_of(task);
  std::string files = files_difference(now.files, before.files);
  if (!files.empty()) return {std::move(files), true};
  if (before.held_out && before.held_out != now.held_out) {
    return {text_of(*now.held_out, " sequences are held out, not ", *before.held_out)};
  }
  if (data_checksum(task, before.is_whole) == before.checksum) return {};
  std::string names;
  for (const SeenFile& file : now.files) names += (names.empty() ? "" : ", ") + file_text(file);
  if (names.empty()) return {"the task draws other sequences than it did"};
  return {names + " has changed, or how it is used"};
}

}  // namespace heed

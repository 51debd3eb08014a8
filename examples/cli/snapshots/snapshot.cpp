#include "heed/examples/cli/snapshots/snapshot.h"

#include <filesystem>
#include <map>
#include <string_view>

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/json_reader.h"
#include "heed/examples/cli/runs/snapshot_folder.h"
#include "heed/examples/cli/training/training_config.h"
#include "heed/framework/base/text.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/io/safetensors.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

/// What heed writes is far smaller; a run from elsewhere must not fill the memory.
constexpr uint64_t most_bytes = uint64_t{1} << 26, most_bytes_of_all = uint64_t{1} << 30;
constexpr int64_t snapshot_format = 1;
constexpr const char* metadata_key = "heed.snapshot";
constexpr const char* loss_name = "loss";

std::string tensor_name(const std::string& attention, std::string_view what) {
  return text_of(attention, "/", what);
}

std::string tensor_name(const std::string& attention, size_t probe, std::string_view what) {
  return text_of(attention, "/", probe, "/", what);
}

JsonValue snapshot_attention_json(const SnapshotAttention& attention) {
  std::vector<std::string> scores;
  for (const auto& [name, values] : attention.scores) scores.push_back(name);
  std::vector<JsonValue> probes;
  for (const auto& probe : attention.probes) {
    probes.push_back({{"queries", probe.queries}, {"keys", probe.keys}});
  }
  return {{"path", attention.path}, {"scores", scores}, {"probes", probes}};
}

std::map<std::string, std::string> metadata_of(const Snapshot& snapshot) {
  std::vector<JsonValue> attentions;
  for (const auto& attention : snapshot.attentions)
    attentions.push_back(snapshot_attention_json(attention));
  return {{metadata_key, json_text({{"format", snapshot_format},
                                    {"step", snapshot.step},
                                    {"sequences", snapshot.sequences},
                                    {"probes", snapshot.probe_texts},
                                    {"attentions", attentions},
                                    {"untranslated", snapshot.untranslated}})}};
}

NamedTensors tensors_of(const Snapshot& snapshot) {
  NamedTensors tensors = {{loss_name, full({1}, snapshot.loss, DType::f64)}};
  for (const SnapshotAttention& attention : snapshot.attentions) {
    for (const auto& [name, values] : attention.scores) {
      tensors.emplace_back(tensor_name(attention.path, name),
                           from_values(values, {std::ssize(values)}));
    }
    for (size_t p = 0; p < attention.probes.size(); ++p) {
      tensors.emplace_back(tensor_name(attention.path, p, "weights"), attention.probes[p].weights);
      tensors.emplace_back(tensor_name(attention.path, p, "blocked"), attention.probes[p].blocked);
    }
  }
  return tensors;
}

/// The content of one file.
class SnapshotReader {
 public:
  explicit SnapshotReader(const std::string& path)
      : path_(path), file_(load_safetensors(path, Links::refuse)) {
    for (auto& [name, tensor] : file_.tensors) tensors_.emplace(name, tensor);
  }

  Snapshot read() const {
    const auto text = file_.metadata.find(metadata_key);
    if (text == file_.metadata.end()) throw IoError(path_, ": not a snapshot");
    const JsonValue json = read_json(text->second, text->second.size());
    const JsonReader reader(json, path_, "not a snapshot");
    reader.integer("format", snapshot_format, snapshot_format);
    Snapshot snapshot{.step = reader.integer("step", 0, most_steps),
                      .loss = tensor(loss_name, DType::f64, {1}).item(),
                      .sequences = reader.integer("sequences", 1, most_steps),
                      .probe_texts = reader.texts("probes"),
                      .untranslated = reader.texts("untranslated")};
    for (const JsonReader& one : reader.objects("attentions")) {
      snapshot.attentions.push_back(attention(one, snapshot.probe_texts.size()));
    }
    return snapshot;
  }

 private:
  SnapshotAttention attention(const JsonReader& reader, size_t probes) const {
    SnapshotAttention attention{.path = reader.text("path"), .probes = {}, .scores = {}};
    for (const JsonReader& one : reader.objects("probes")) {
      attention.probes.push_back(probe(attention, one));
    }
    if (attention.probes.empty() || attention.probes.size() != probes) {
      reader.fail(text_of(in_quotes(attention.path), " has ",
                          counted(std::ssize(attention.probes), "probe"), ", the snapshot ",
                          probes));
    }
    for (const std::string& name : reader.texts("scores")) {
      const Tensor values =
          tensor(tensor_name(attention.path, name), DType::f64, {attention.heads()});
      attention.scores.emplace_back(name, values.to_vector<double>());
    }
    return attention;
  }

  SnapshotAttention::OfProbe probe(const SnapshotAttention& attention,
                                   const JsonReader& reader) const {
    const size_t p = attention.probes.size();
    SnapshotAttention::OfProbe probe{.queries = reader.texts("queries"),
                                     .keys = reader.texts("keys"),
                                     .weights = {},
                                     .blocked = {}};
    const int64_t L_1 = std::ssize(probe.queries), L_2 = std::ssize(probe.keys);
    const std::string name = tensor_name(attention.path, p, "weights");
    const Tensor& weights = tensor(name);
    const int64_t H = weights.dim() == 3 ? weights.size(0) : 0;
    if (H == 0 || (p > 0 && H != attention.heads())) {
      fail_tensor(path_, name, "not those of all heads: ", weights.shape());
    }
    probe.weights = tensor(name, DType::f32, {H, L_1, L_2});
    probe.blocked = tensor(tensor_name(attention.path, p, "blocked"), DType::boolean, {L_1, L_2});
    return probe;
  }

  const Tensor& tensor(const std::string& name) const {
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) fail_tensor(path_, name, "missing");
    return found->second;
  }
  Tensor tensor(const std::string& name, DType dtype, const Shape& shape) const {
    const Tensor& found = tensor(name);
    if (found.dtype() == dtype && found.shape() == shape) return found;
    fail_tensor(path_, name, "is ", found.dtype(), " ", found.shape(), ", expected ", dtype, " ",
                shape);
  }

  const std::string& path_;
  TensorFile file_;
  std::map<std::string, Tensor> tensors_;
};

Snapshot read_snapshot(const SnapshotFile& file) {
  try {
    Snapshot snapshot = SnapshotReader(file.path).read();
    if (snapshot.step == file.step) return snapshot;
    throw IoError(file.path, ": renamed: it is that of step ", snapshot.step);
  } catch (const JsonError& error) {
    throw IoError(file.path, ": damaged: not JSON at byte ", error.offset(), ": ",
                  std::string_view(error.what()));
  }
}

uint64_t size_of(const std::string& path) {
  std::error_code ignored;
  const uint64_t size = fs::file_size(path, ignored);
  return ignored ? 0 : size;  // reading says what is wrong
}

}  // namespace

void save_snapshot(const std::string& run, const Snapshot& snapshot) {
  SnapshotFolder(run).save(snapshot.step, tensors_of(snapshot), metadata_of(snapshot));
}

std::vector<Snapshot> read_snapshots(const std::string& run, std::vector<std::string>& warnings) {
  std::vector<Snapshot> snapshots;
  uint64_t bytes = 0;
  for (const SnapshotFile& file : SnapshotFolder(run).list()) {
    const uint64_t size = size_of(file.path);
    if (size > most_bytes || bytes + size > most_bytes_of_all) {
      warnings.push_back(text_of(file.path, ": too large for a snapshot: ", size, " bytes"));
      continue;
    }
    bytes += size;
    try {
      snapshots.push_back(read_snapshot(file));
    } catch (const IoError& error) {
      warnings.emplace_back(error.what());
    }
  }
  return snapshots;
}

}  // namespace heed

// `heed inspect`: the tensors of a safetensors file.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>

#include "heed/examples/cli/commands/line/command.h"
#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/inspect/table.h"
#include "heed/examples/cli/runs/checkpoint.h"
#include "heed/examples/cli/runs/run_files.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/framework/base/text.h"
#include "heed/framework/io/folder.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/io/safetensors.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

struct InspectArguments {
  std::string path;  // a safetensors file, a checkpoint or a run directory
  bool json = false;
};

Options inspect_options(InspectArguments& arguments) {
  return {
      Option::argument(
          "FILE", &arguments.path,
          "a safetensors file, or a checkpoint or run directory, whose model is shown"),
      Option::flag("--json", &arguments.json, "a line of JSON for each tensor, then the totals")};
}

/// The finite elements of a tensor; the extremes as text, so that whole numbers stay exact.
struct Extremes {
  int64_t elements = 0;
  int64_t finite = 0;
  JsonValue least = {}, largest = {}, mean = {};  // null if there is no finite element
};

template <class T>
Extremes extremes_of(const std::vector<T>& values) {
  Extremes summary{.elements = static_cast<int64_t>(values.size())};
  std::optional<T> least, largest;
  double sum = 0;
  for (const T value : values) {
    if (!std::isfinite(static_cast<double>(value))) continue;
    ++summary.finite;
    least = std::min(least.value_or(value), value);
    largest = std::max(largest.value_or(value), value);
    sum += static_cast<double>(value);
  }
  if (summary.finite == 0) return summary;
  summary.least = *least;
  summary.largest = *largest;
  summary.mean = sum / static_cast<double>(summary.finite);
  return summary;
}

Extremes extremes_of(const Tensor& tensor) {
  switch (tensor.dtype()) {
    case DType::f32:
      return extremes_of(tensor.to_vector<float>());
    case DType::f64:
      return extremes_of(tensor.to_vector<double>());
    default:
      return extremes_of(tensor.to(DType::i64).to_vector<int64_t>());
  }
}

struct Row {
  TensorEntry entry;
  Extremes summary;
};

struct Inspected {
  std::string path;
  std::vector<Row> rows;
  std::map<std::string, std::string> metadata;
  int64_t elements = 0;
  uint64_t bytes = 0;
};

Inspected inspected_file(const std::string& path, Links links) {
  const SafetensorsHeader header = load_safetensors_header(path, links);
  const TensorFile file = load_safetensors(path, links);
  Inspected result{.path = path, .rows = {}, .metadata = header.metadata};
  const std::map<std::string, Tensor> tensors(file.tensors.begin(), file.tensors.end());
  for (const TensorEntry& entry : header.entries) {
    const auto tensor = tensors.find(entry.name);
    if (tensor == tensors.end()) throw IoError(path, ": changed while it was read");
    result.rows.push_back({entry, extremes_of(tensor->second)});
    result.elements += result.rows.back().summary.elements;
    result.bytes += entry.end - entry.begin;
  }
  return result;
}

std::string newest_checkpoint(const std::string& run) {
  if (auto newest = CheckpointFolder(run).newest()) return *newest;
  refuse(run, "a directory with neither model.safetensors nor checkpoints");
}

/// The file, or that of a checkpoint or a run directory. What is wrong with it is bad input: it is
/// all that the command was given.
Inspected inspected(const std::string& path) {
  std::error_code ignored;
  try {
    if (!fs::is_directory(path, ignored)) return inspected_file(path, Links::follow);
    if (is_file(model_file(path))) return inspected_file(model_file(path), Links::refuse);
    return CheckpointFolder::read_chosen([&] { return newest_checkpoint(path); },
                                         [](const std::string& checkpoint) {
                                           return inspected_file(model_file(checkpoint),
                                                                 Links::refuse);
                                         });
  } catch (const IoError& error) {
    refuse("inspect", error.what());
  }
}

std::string number_text(const JsonValue& number) {
  if (number.kind == JsonValue::Kind::null) return "-";
  const bool is_whole = number.text.find_first_of(".e") == std::string::npos;
  return is_whole ? number.text : fmt::format("{:.4g}", *parse_number<double>(number.text));
}

std::string finite_text(const Extremes& summary) {
  if (summary.finite == summary.elements) return "yes";
  return fmt::format("no: {} not", summary.elements - summary.finite);
}

std::string table_text(const Inspected& file) {
  std::vector<std::vector<std::string>> lines = {
      {"name", "dtype", "shape", "elements", "bytes", "min", "max", "mean", "all finite"}};
  for (const auto& [entry, summary] : file.rows) {
    lines.push_back({printable(entry.name, std::string::npos), entry.dtype, text_of(entry.shape),
                     std::to_string(summary.elements), std::to_string(entry.end - entry.begin),
                     number_text(summary.least), number_text(summary.largest),
                     number_text(summary.mean), finite_text(summary)});
  }
  std::string text = printable(file.path, std::string::npos) + "\n\n" +
                     aligned(lines, [](size_t column) { return column >= 3 && column <= 7; });
  const auto checked = std::count_if(file.rows.begin(), file.rows.end(),
                                     [](const Row& row) { return row.entry.checksum.has_value(); });
  text += fmt::format(
      "\n{}, {}, {}; {} verified\n", counted(static_cast<int64_t>(file.rows.size()), "tensor"),
      counted(file.elements, "element"), counted(static_cast<int64_t>(file.bytes), "byte"),
      counted(checked, "checksum"));
  for (const auto& [key, value] : file.metadata) {
    text += printable(key, std::string::npos) + ": " + printable(value, 100) + "\n";
  }
  return text;
}

std::string inspected_json(const Inspected& file) {
  std::string text;
  JsonValue metadata = std::initializer_list<JsonMember>{};
  for (const auto& [key, value] : file.metadata) metadata.add(key, value);
  for (const auto& [entry, summary] : file.rows) {
    text += json_line({{"name", entry.name},
                       {"dtype", entry.dtype},
                       {"shape", std::vector<int64_t>(entry.shape.begin(), entry.shape.end())},
                       {"elements", summary.elements},
                       {"bytes", entry.end - entry.begin},
                       {"min", summary.least},
                       {"max", summary.largest},
                       {"mean", summary.mean},
                       {"all_finite", summary.finite == summary.elements},
                       {"checksum", entry.checksum.has_value()}});
  }
  return text + json_line({{"file", file.path},
                           {"tensors", file.rows.size()},
                           {"elements", file.elements},
                           {"bytes", file.bytes},
                           {"metadata", metadata}});
}

void run_inspect(const Program&, const InspectArguments& arguments) {
  const Inspected file = inspected(arguments.path);
  write_result(arguments.json ? inspected_json(file) : table_text(file));
}

}  // namespace

Command inspect_command() {
  return {
      .name = "inspect",
      .stage = Stage::analyse,
      .summary = "list the tensors of a safetensors file",
      .description =
          "Names, dtypes, shapes, sizes, and minimum, maximum and mean of the finite elements. "
          "Validates the file format, and checksums where the file has them.",
      .exit_status = {{"0", "done"},
                      {"1", "runtime failure"},
                      {"2", "no such file, or a malformed one"}},
      .examples = {{"heed inspect model.safetensors", "any safetensors file"},
                   {"heed inspect runs/sort-1 --json", "the newest checkpoint of a run, as JSON"}},
      .call = calling(inspect_options, run_inspect)};
}

}  // namespace heed

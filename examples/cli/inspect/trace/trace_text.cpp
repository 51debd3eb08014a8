#include "heed/examples/cli/inspect/trace/trace_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/text.h"
#include "heed/examples/cli/inspect/table.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

using Names = std::vector<std::string>;

std::string joined(const Names& names, const char* between) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : between) + name;
  return text;
}

std::string sizes_text(const TraceRow& row) {
  Names sizes;
  for (const int64_t size : row.shape) sizes.push_back(std::to_string(size));
  const std::string type = row.dtype == DType::f32 ? "" : text_of(" ", row.dtype);
  return "[" + joined(sizes, ", ") + "]" + type;
}

const char* kind_text(TraceKind kind) {
  switch (kind) {
    case TraceKind::view:
      return "view";
    case TraceKind::copy:
      return "copy";
    case TraceKind::compute:
      return "compute";
  }
  return "";
}

/// Inputs as they are called inside of the row's own module.
std::string inputs_text(const TraceRow& row) {
  Names names;
  const std::string inside = row.path + ".";
  for (const std::string& input : row.inputs) {
    names.push_back(input.starts_with(inside) ? input.substr(inside.size()) : input);
  }
  return joined(names, ", ");
}

/// Lines for the modules above `steps` that are not on screen, and the name of the last of them.
std::string enter_module(const Names& steps, Names& shown, std::vector<Names>& lines) {
  if (steps == shown) return "";
  size_t common = 0;
  while (common < std::min(steps.size(), shown.size()) && steps[common] == shown[common]) ++common;
  for (size_t i = common; i + 1 < steps.size(); ++i) {
    lines.push_back({"", std::string(2 * i, ' ') + steps[i], "", "", "", "", ""});
  }
  shown = steps;
  return steps.empty() ? "" : std::string(2 * (steps.size() - 1), ' ') + steps.back();
}

}  // namespace

std::vector<std::string> module_steps(const std::string& path) {
  std::vector<std::string> steps;
  for (size_t begin = 0; begin < path.size();) {
    const size_t end = std::min(path.find('.', begin), path.size());
    const std::string step = path.substr(begin, end - begin);
    if (!steps.empty() && step[0] >= '0' && step[0] <= '9') {
      steps.back() += "." + step;
    } else {
      steps.push_back(step);
    }
    begin = end + 1;
  }
  return steps;
}

TraceTotals totals_of(const TraceRecorder& trace) {
  TraceTotals totals;
  for (const TraceRow& row : trace.rows()) {
    ++totals.ops;
    totals.views += row.kind == TraceKind::view;
    totals.copies += row.kind == TraceKind::copy;
    totals.computed += row.kind == TraceKind::compute;
    totals.bytes += row.bytes;
  }
  return totals;
}

std::string trace_table(const TraceRecorder& trace) {
  std::vector<Names> lines{{"", "module", "op", "of", "axes", "sizes", "memory"}};
  Names shown;
  for (const TraceRow& row : trace.rows()) {
    const std::string module = enter_module(module_steps(row.path), shown, lines);
    const std::string memory =
        row.kind == TraceKind::view
            ? "view"
            : fmt::format("{:<7}  {:>9}", kind_text(row.kind), bytes_text(row.bytes));
    const int64_t number = &row - trace.rows().data() + 1;
    lines.push_back({fmt::format("#{}", number), module, row.op, inputs_text(row),
                     joined(row.axes, " "), sizes_text(row), memory});
  }
  return aligned(lines, [](size_t column) { return column == 0; });
}

std::string trace_json(const TraceRecorder& trace) {
  std::string text;
  for (const TraceRow& row : trace.rows()) {
    const JsonValue line = {{"row", &row - trace.rows().data() + 1},
                            {"path", row.path},
                            {"op", row.op},
                            {"inputs", row.inputs},
                            {"axes", row.axes},
                            {"shape", std::vector<int64_t>(row.shape.begin(), row.shape.end())},
                            {"dtype", text_of(row.dtype)},
                            {"memory", kind_text(row.kind)},
                            {"bytes", row.bytes}};
    text += json_line(line);
  }
  return text;
}

std::string letters_text(const TraceRecorder& trace) {
  Names letters;
  for (const auto& [letter, sizes] : trace.letters()) {
    Names values;
    for (const int64_t size : sizes) values.push_back(std::to_string(size));
    letters.push_back(letter + " = " + list_with_or(values));
  }
  return joined(letters, " · ");
}

}  // namespace heed

#include "heed/examples/cli/inspect/runs/run_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/suggest.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

using Column = std::pair<std::string, std::function<std::string(const RunSummary&)>>;

std::string text_or_nothing(const std::optional<int64_t>& number) {
  return number ? std::to_string(*number) : "";
}

const std::vector<Column>& columns() {
  static const std::vector<Column> all = {
      {"run", [](const RunSummary& run) { return run.path; }},
      {"name", [](const RunSummary& run) { return run.name; }},
      {"task", [](const RunSummary& run) { return run.task; }},
      {"state", [](const RunSummary& run) { return std::string(name_of(run.state)); }},
      {"step", [](const RunSummary& run) { return std::to_string(run.step); }},
      {"steps", [](const RunSummary& run) { return text_or_nothing(run.steps); }},
      {"loss",
       [](const RunSummary& run) {
         return run.best ? fmt::format("{}", run.best->held_out.loss) : "";
       }},
      {"accuracy",
       [](const RunSummary& run) {
         const auto& most = run.most_accurate;
         return most ? fmt::format("{}", most->held_out.sequence_accuracy) : "";
       }},
      {"solved", [](const RunSummary& run) { return std::string(run.solved ? "true" : "false"); }},
      {"seconds", [](const RunSummary& run) { return fmt::format("{}", run.seconds); }},
      {"started", [](const RunSummary& run) { return run.started(); }}};
  return all;
}

/// The names that a key can have in these runs: columns first, then paths.
std::vector<std::string> names_in_runs(const std::vector<RunSummary>& runs) {
  std::vector<std::string> names = run_columns();
  std::set<std::string> paths;
  for (const RunSummary& run : runs) {
    for (const auto& [path, value] : run.values) paths.insert(path);
  }
  names.insert(names.end(), paths.begin(), paths.end());
  return names;
}

/// The whole name of what `key` means. Throws ConfigError if that is nothing, or not clear.
std::string whole_name(const std::string& place, const std::string& key,
                       const std::vector<std::string>& names) {
  std::vector<std::string> ends;
  for (const std::string& name : names) {
    if (name == key) return name;
    if (name.ends_with("." + key)) ends.push_back(name);
  }
  if (ends.size() == 1) return ends.front();
  if (!ends.empty()) {
    refuse(place, "several keys end in " + in_quotes(key) + ": " + list_with_or(ends));
  }
  const auto near = nearest_path(key, names);
  refuse(place, "no run has the key " + in_quotes(key) +
                    (near ? "; did you mean " + in_quotes(*near) + "?" : "") +
                    "; columns: " + list_with_or(run_columns()));
}

bool means_the_same(const std::string& a, const std::string& b) {
  if (a == b) return true;
  const auto one = parse_number<double>(a), other = parse_number<double>(b);
  return one && other && *one == *other;
}

/// Numbers by size, then texts, then what is missing.
struct SortKey {
  explicit SortKey(const std::string& value) : text(value) {
    const auto parsed = parse_number<double>(value);
    number = parsed.value_or(0);
    kind = value.empty() ? 2 : parsed ? 0 : 1;
  }
  int kind;
  double number;
  std::string text;

  bool is_before(const SortKey& other, bool is_descending) const {
    if (kind != other.kind) return kind < other.kind;
    const SortKey &first = is_descending ? other : *this, &second = is_descending ? *this : other;
    return kind == 0 ? first.number < second.number : first.text < second.text;
  }
};

}  // namespace

std::vector<std::string> run_columns() {
  std::vector<std::string> names;
  for (const Column& column : columns()) names.push_back(column.first);
  return names;
}

std::string run_value(const RunSummary& run, const std::string& name) {
  for (const auto& [column, value] : columns()) {
    if (column == name) return value(run);
  }
  const std::string* value = value_at(run.values, name);
  return value != nullptr ? *value : "";
}

void keep_where(std::vector<RunSummary>& runs, const std::vector<std::string>& conditions) {
  const std::vector<std::string> names = names_in_runs(runs);
  for (const std::string& condition : conditions) {
    const std::string place = "--where " + condition;
    const size_t equals = condition.find('=');
    if (equals == std::string::npos || equals == 0) {
      refuse(place, "must be KEY=VALUE, such as state=done or train.lr=1e-3");
    }
    const std::string key = whole_name(place, condition.substr(0, equals), names);
    const std::string value = condition.substr(equals + 1);
    std::erase_if(
        runs, [&](const RunSummary& run) { return !means_the_same(run_value(run, key), value); });
  }
}

void sort_by(std::vector<RunSummary>& runs, const std::string& key, bool is_descending) {
  const std::string name = whole_name("--sort " + key, key, names_in_runs(runs));
  std::vector<std::pair<SortKey, RunSummary>> keyed;
  for (RunSummary& run : runs) keyed.emplace_back(run_value(run, name), std::move(run));
  std::stable_sort(keyed.begin(), keyed.end(), [&](const auto& a, const auto& b) {
    return a.first.is_before(b.first, is_descending);
  });
  for (size_t i = 0; i < runs.size(); ++i) runs[i] = std::move(keyed[i].second);
}

}  // namespace heed

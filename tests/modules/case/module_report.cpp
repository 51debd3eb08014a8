#include "heed/tests/modules/case/module_report.h"

#include <algorithm>

#include "heed/tests/modules/case/module_checks.h"

namespace heed::testing {
namespace {

/// The message of what is thrown; "nothing is thrown" otherwise.
std::string refusal(const ModuleCase& row, const ModuleErrorCase& error) {
  try {
    const BuiltModule built = row.build(row.attributes(error.arguments));
    if (error.inputs.empty()) return "nothing is thrown";
    Rng rng(stream(1, Purpose::user));
    built.module->reset_parameters(rng);
    const ModuleSample sample{error.arguments, error.inputs};
    call_at_test_step(row, built, module_leaves(row, sample, DType::f32));
  } catch (const std::exception& exception) {
    return exception.what();
  }
  return "nothing is thrown";
}

void check_refusals(Report& report, const ModuleCase& row) {
  for (const ModuleErrorCase& error : row.errors) {
    check_refusal(
        report, [&] { return refusal(row, error); }, error.message);
  }
}

/// Whether a sample has an input in which some size is `size`.
bool has_size(const ModuleCase& row, int64_t size) {
  for (const ModuleSample& sample : row.samples) {
    for (const Input& input : sample.inputs) {
      if (std::find(input.shape.begin(), input.shape.end(), size) != input.shape.end()) return true;
    }
  }
  return false;
}

void list_untried(Report& report, const ModuleCase& row) {
  if (!has_size(row, 0)) report.untried.push_back("an input with a size of 0");
  if (!has_size(row, 1)) report.untried.push_back("an input with a size of 1");
  if (std::none_of(row.samples.begin(), row.samples.end(),
                   [](const ModuleSample& sample) { return sample.large; })) {
    report.untried.push_back("a sample that is .large, to be split between threads");
  }
  if (row.errors.empty()) {
    report.untried.push_back("arguments or inputs that it refuses (.errors)");
  }
}

/// Different numbers of queries and keys show what mixes them up.
void list_untried_lengths(Report& report, const ModuleCase& row) {
  if (row.attention->attends_itself()) return;
  bool fewer = false, more = false;
  for (const ModuleSample& sample : row.samples) {
    const auto length = static_cast<size_t>(row.attention->length_dim);
    const int64_t queries = sample.inputs.at(row.attention->query).shape.at(length);
    const int64_t keys = sample.inputs.at(row.attention->keys.at(0)).shape.at(length);
    fewer = fewer || (queries > 1 && queries < keys);
    more = more || queries > keys;
  }
  if (!fewer) report.untried.push_back("fewer queries than keys, and at least 2");
  if (!more) report.untried.push_back("more queries than keys");
}

/// "" if every input that is always there is a query, a key or a value.
std::string roles_problem(const ModuleCase& row) {
  if (!row.attention) return "write .attention = AttentionRoles{}: query 0, key 1";
  const AttentionRoles& roles = *row.attention;
  for (size_t i = 0; i < row.inputs.size(); ++i) {
    const bool has_role =
        i == roles.query || std::find(roles.keys.begin(), roles.keys.end(), i) != roles.keys.end();
    if (has_role || row.inputs[i].ends_with('?')) continue;
    std::string keys;
    for (const size_t key : roles.keys) keys += text_of(key, ", ");
    return text_of("input \"", row.inputs[i], "\" is in no role; AttentionRoles{.keys = {", keys, i,
                   "}}");
  }
  return "";
}

void list_separate_values(Report& report, const ModuleCase& row) {
  const BuiltModule built = row.build(row.attributes(row.samples.front().arguments));
  if (!built.abilities || !built.abilities->separate_values || row.attention->keys.size() > 1) {
    return;
  }
  report.unchecked.push_back("separate values: needs a third input");
}

Report begun(const ModuleCase& row) {
  Report report{.name = row.name, .samples = static_cast<int64_t>(row.samples.size())};
  check_completeness(report, row);
  check_row(report, "it names its inputs", row.inputs.empty() ? ".inputs is empty" : "");
  check_row(report, "it can be made", row.build ? "" : ".build is missing");
  check_row(report, "it says how many parameters it has",
            row.num_parameters ? "" : ".num_parameters is missing");
  check_row(report, "its first sample is not large",
            !row.samples.empty() && row.samples.front().large ? "it is large" : "");
  return report;
}

/// Makes the checks unless the row is too incomplete for them.
void go_on(Report& report, const ModuleCase& row, const std::vector<ModuleCheck>& checks) {
  if (report.problems.empty()) {
    check_samples(report, row, checks);
    check_refusals(report, row);
  }
  list_untried(report, row);
  report.passed = report.problems.empty();
}

}  // namespace

Report check_module(const ModuleCase& row) {
  Report report = begun(row);
  go_on(report, row, module_checks());
  return report;
}

Report check_attention(const ModuleCase& row) {
  Report report = begun(row);
  check_row(report, "it says which inputs are queries and keys", roles_problem(row));
  std::vector<ModuleCheck> checks = module_checks();
  checks.insert(checks.end(), attention_checks().begin(), attention_checks().end());
  go_on(report, row, checks);
  if (report.problems.empty()) {
    list_separate_values(report, row);
    list_untried_lengths(report, row);
  }
  return report;
}

}  // namespace heed::testing

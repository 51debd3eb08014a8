// Every module of the table has every property, and refuses what it must.
#include <set>

#include "heed/framework/base/memory.h"
#include "heed/tests/modules/case/module_checks.h"
#include "heed/tests/modules/case/module_run.h"
#include "heed/tests/support/case/expect.h"

namespace heed::testing::module_table_test {
namespace {

/// How often each check applied.
using Counts = std::map<std::string, int>;

void check_row(const ModuleCase& row, const std::vector<ModuleCheck>& checks, Counts& counts) {
  for (const ModuleCheck& check : checks) {
    for (size_t i = 0; i < row.samples.size(); ++i) {
      if (!check.applies(row, row.samples[i])) continue;
      ++counts[check.name];
      const std::string problem = problem_of(check, row, row.samples[i]);
      if (!problem.empty()) {
        FAIL_CHECK(describe(row, i) << ": not so: " << check.name << ": " << problem);
      }
    }
  }
}

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

/// Whether a sample has an input in which some size is `size`.
bool has_size(const ModuleCase& row, int64_t size) {
  for (const ModuleSample& sample : row.samples) {
    for (const Input& input : sample.inputs) {
      for (const int64_t own : input.shape) {
        if (own == size) return true;
      }
    }
  }
  return false;
}

}  // namespace

TEST_CASE("Every module has every property of modules", "[module_table]") {
  Counts counts;
  const ModuleTable rows = chosen_modules();
  for (const ModuleCase& row : rows) check_row(row, module_checks(), counts);
  for (const ModuleCheck& check : module_checks()) {
    INFO(check.name);
    CHECK(counts[check.name] >= static_cast<int>(rows.size()));
  }
}

TEST_CASE("Every attention has every invariance of attentions") {
  Counts counts;
  const ModuleTable rows = chosen_modules();
  for (const ModuleCase& row : rows) {
    if (row.attention) check_row(row, attention_checks(), counts);
  }
  if (rows.size() < module_table().size()) return;
  for (const ModuleCheck& check : attention_checks()) {
    INFO(check.name);
    CHECK(counts[check.name] > 0);
  }
}

TEST_CASE("Every module refuses bad arguments and inputs with a whole message and no leak") {
  for (const ModuleCase& row : module_table()) {
    for (const ModuleErrorCase& error : row.errors) {
      INFO(row.name << " " << error.arguments.dump());
      const int64_t before = memory_stats().live_bytes;
      CHECK(refusal(row, error) == error.message);
      CHECK(memory_stats().live_bytes == before);
      ++totals().error_messages;
    }
  }
}

TEST_CASE("Every row of the module table covers empty, single and large inputs and refusals") {
  for (const ModuleCase& row : module_table()) {
    INFO(row.name << ": its samples must have a size 0, a size 1 and a large one, not first");
    CHECK(has_size(row, 0));
    CHECK(has_size(row, 1));
    CHECK(std::any_of(row.samples.begin(), row.samples.end(),
                      [](const ModuleSample& sample) { return sample.large; }));
    CHECK_FALSE(row.errors.empty());
    CHECK_FALSE(row.samples.front().large);
  }
}

TEST_CASE("Every attention in the table is tried with different numbers of queries and keys") {
  for (const ModuleCase& row : module_table()) {
    if (!row.attention || row.attention->attends_itself()) continue;
    bool fewer = false, more = false;
    for (const ModuleSample& sample : row.samples) {
      const auto length = static_cast<size_t>(row.attention->length_dim);
      const int64_t queries = sample.inputs[row.attention->query].shape[length];
      const int64_t keys = sample.inputs[row.attention->keys[0]].shape[length];
      fewer = fewer || (queries > 1 && queries < keys);
      more = more || queries > keys;
    }
    INFO(row.name);
    CHECK(fewer);
    CHECK(more);
  }
}

TEST_CASE("Names in the module table are unique") {
  std::set<std::string> names;
  for (const ModuleCase& row : module_table()) CHECK(names.insert(row.name).second);
}

}  // namespace heed::testing::module_table_test

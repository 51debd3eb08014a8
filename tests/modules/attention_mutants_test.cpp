// That the checks of modules and attentions find wrong attentions out.
#include <cstdio>
#include <cstdlib>

#include "heed/tests/support/catch.h"
#include "heed/tests/support/module_checks.h"
#include "heed/tests/support/module_mutants.h"

namespace heed::testing {
namespace {

/// The checks that fail on some sample, in order. A mere exception does not count: where sizes
/// differ it takes no check to see that they do not fit.
std::vector<std::string> killers(const ModuleCase& row) {
  std::vector<std::string> names;
  for (const auto* checks : {&module_checks(), &attention_checks()}) {
    for (const ModuleCheck& check : *checks) {
      for (const ModuleSample& sample : row.samples) {
        if (sample.large || !check.applies(row, sample)) continue;
        const std::string problem = problem_of(check, row, sample);
        if (problem.empty() || problem.starts_with("throws: ")) continue;
        names.push_back(check.name);
        break;
      }
    }
  }
  return names;
}

bool is_invariance(const std::string& name) {
  for (const ModuleCheck& check : attention_checks()) {
    if (check.name == name) return true;
  }
  return false;
}

/// With HEED_SHOW_MUTANTS set, writes who was found out by what.
void show(const std::string& mutant, const std::vector<std::string>& by) {
  if (std::getenv("HEED_SHOW_MUTANTS") == nullptr) return;
  std::string invariances;
  for (const std::string& name : by) {
    if (is_invariance(name)) invariances += (invariances.empty() ? "" : "; ") + name;
  }
  std::fprintf(stderr, "| %s | %s | %zu | %s |\n", mutant.c_str(),
               by.empty() ? "" : by.front().c_str(), by.size(), invariances.c_str());
}

}  // namespace

TEST_CASE("Every wrong attention is found out, the right one is not, and no invariance is idle") {
  const std::vector<AttentionMutant> mutants = attention_mutants();
  CHECK(mutants.size() > 12);
  std::map<std::string, int> found;
  for (size_t i = 0; i < mutants.size(); ++i) {
    const std::vector<std::string> by = killers(mutants[i].row);
    INFO(mutants[i].name);
    if (i == 0) {
      CHECK(by == std::vector<std::string>{});
    } else {
      CHECK_FALSE(by.empty());
    }
    for (const std::string& name : by) ++found[name];
    show(mutants[i].name, by);
  }
  for (const ModuleCheck& check : attention_checks()) {
    INFO(check.name);
    CHECK(found[check.name] > 0);
  }
}

}  // namespace heed::testing

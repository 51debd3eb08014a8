// That the checks of modules and attentions find wrong attentions out.
#include <cstdio>
#include <cstdlib>

#include "heed/tests/modules/case/module_checks.h"
#include "heed/tests/modules/module_mutants.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::attention_mutants_test {
namespace {

/// Whether it fails on some sample. A mere exception does not count: where sizes differ it takes no
/// check to see that they do not fit.
bool finds(const ModuleCheck& check, const ModuleCase& row) {
  for (const ModuleSample& sample : row.samples) {
    if (sample.large || !check.applies(row, sample)) continue;
    const std::string problem = problem_of(check, row, sample);
    if (!problem.empty() && !problem.starts_with("throws: ")) return true;
  }
  return false;
}

/// The checks that find the row out, in order; of the costly ones only if there is no other.
std::vector<std::string> killers(const ModuleCase& row) {
  std::vector<std::string> names;
  for (const bool costly : {false, true}) {
    if (!names.empty()) break;
    for (const auto* checks : {&module_checks(), &attention_checks()}) {
      for (const ModuleCheck& check : *checks) {
        if (check.costly == costly && finds(check, row)) names.push_back(check.name);
      }
    }
  }
  return names;
}

/// Who was found out by what: the first and the number of checks; with HEED_SHOW_MUTANTS set, all.
void show(const std::string& mutant, const std::vector<std::string>& by) {
  if (by.empty()) return;
  std::fprintf(stderr, "  %-48s %2zu  %s\n", mutant.c_str(), by.size(), by.front().c_str());
  if (std::getenv("HEED_SHOW_MUTANTS") == nullptr) return;
  for (size_t i = 1; i < by.size(); ++i) std::fprintf(stderr, "%54s%s\n", "", by[i].c_str());
}

}  // namespace

TEST_CASE("Every wrong attention is found out, the right one is not, and no invariance is idle",
          "[module_table]") {
  std::map<std::string, int> found;
  for (const AttentionMutant& mutant : attention_mutants()) {
    const std::vector<std::string> by = killers(mutant.row);
    INFO(mutant.name);
    CHECK(by.empty() == mutant.name.starts_with("(none"));
    for (const std::string& name : by) ++found[name];
    show(mutant.name, by);
  }
  for (const ModuleCheck& check : attention_checks()) {
    INFO(check.name);
    CHECK(found[check.name] > 0);
  }
}

}  // namespace heed::testing::attention_mutants_test

// Every module of the table has every property that check_module and check_attention try.
#include <map>
#include <set>

#include "heed/tests/modules/case/module_checks.h"
#include "heed/tests/modules/case/module_report.h"
#include "heed/tests/modules/module_table.h"
#include "heed/tests/support/expect.h"

namespace heed::testing::module_table_test {

TEST_CASE("Every module has every property of modules and of attentions, and no property is idle",
          "[module_table]") {
  std::map<std::string, int64_t> made;
  const ModuleTable rows = chosen_modules();
  for (const ModuleCase& row : rows) {
    const Report report = row.attention ? check_attention(row) : check_module(row);
    expect(report);
    for (const auto& [check, count] : report.made) made[check] += count;
  }
  for (const ModuleCheck& check : module_checks()) {
    INFO(check.name);
    CHECK(made[check.name] >= static_cast<int64_t>(rows.size()));
  }
  for (const ModuleCheck& check : attention_checks()) {
    INFO(check.name);
    CHECK((made[check.name] > 0 || rows.size() < module_table().size()));
  }
}

TEST_CASE("Names in the module table are unique") {
  std::set<std::string> names;
  for (const ModuleCase& row : module_table()) CHECK(names.insert(row.name).second);
}

}  // namespace heed::testing::module_table_test

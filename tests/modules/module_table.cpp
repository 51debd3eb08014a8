#include "heed/tests/modules/module_table.h"

#include "heed/tests/support/table.h"

namespace heed::testing {

const ModuleTable& module_table() {
  static const ModuleTable table = joined_table(module_families);
  return table;
}

ModuleTable chosen_modules() {
  return chosen_rows(module_table(), "HEED_MODULES");
}

const ModuleCase* find_module(const std::string& name) {
  return find_row(module_table(), name);
}

}  // namespace heed::testing

// The module table of heed. The row of modules/linear.h is in tables/linear.cpp.
#pragma once

#include <string>
#include <vector>

#include "heed/tests/modules/case/module_case.h"

namespace heed::testing {

/// A function for each file of tables: CMake lists them. tables/linear.cpp defines
/// linear_modules().
extern const std::vector<ModuleTable (*)()> module_families;

/// Every module class.
const ModuleTable& module_table();
/// The rows that the environment variable HEED_MODULES names ("my_mha linear"); all if it is not
/// set.
ModuleTable chosen_modules();
/// nullptr if there is no such module.
const ModuleCase* find_module(const std::string& name);

}  // namespace heed::testing

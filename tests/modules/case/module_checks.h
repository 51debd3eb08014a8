// What must hold for every row of the module table, and for every attention in it. Checks return
// problems instead of failing, so that wrong modules can be shown to have some.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "heed/tests/modules/case/module_case.h"
#include "heed/tests/modules/case/module_run.h"
#include "heed/tests/support/case/row_checks.h"

namespace heed::testing {

using ModuleCondition = Condition<ModuleCase, ModuleSample>;

/// One property of a module, checked on one sample.
struct ModuleCheck {
  std::string name;  ///< a sentence about the module: "it …"
  ModuleCondition applies;
  /// "" if it holds, else what does not.
  std::function<std::string(const ModuleCase& row, const ModuleSample& sample)> problem;
  bool costly = false;  ///< wrong modules are only asked if no other check finds them out
};

/// Of every module. The first is that it can be called.
const std::vector<ModuleCheck>& module_checks();
/// Of every attention as well.
const std::vector<ModuleCheck>& attention_checks();

// The families of those that only some attentions can be asked for, one file each.
std::vector<ModuleCheck> blocking_checks();        ///< what a mask blocks has no influence
std::vector<ModuleCheck> mask_meaning_checks();    ///< every spelling of a mask means the same
std::vector<ModuleCheck> attention_call_checks();  ///< caches and head gates

/// The problem that `check` finds: an exception and memory that is not given back are problems too.
std::string problem_of(const ModuleCheck& check, const ModuleCase& row, const ModuleSample& sample);

}  // namespace heed::testing

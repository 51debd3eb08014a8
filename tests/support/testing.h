// heed::testing: an op, a module or an attention of your own, tried as heed tries its own. Link
// heed::testing and describe it in a row:
//
//   OpCase isru_row = unary("isru", isru, [](double v) { return v / std::sqrt(1 + v * v); }, any);
//   const Report report = check_op(isru_row);
//   std::cout << report.text() << "\n";
//   return report.passed ? 0 : 1;
//
// It knows no test framework: assert `report.passed` in yours. docs/own_project.md has a row of
// each kind.
#pragma once

#include "heed/tests/framework/ops/case/op_report.h"
#include "heed/tests/framework/ops/case/op_rows.h"
#include "heed/tests/modules/case/module_report.h"

// Failing a test with what a check found.
#pragma once

#include <string>

#include "heed/tests/support/case/report.h"
#include "heed/tests/support/catch.h"
#include "heed/tests/support/totals.h"

namespace heed::testing {

/// One more check: fails the test, going on, with `problem` unless that is empty.
inline void expect(const std::string& problem, const std::string& where) {
  ++totals().checks;
  if (!problem.empty()) FAIL_CHECK(where << ": " << problem);
}
inline void expect(bool holds, const std::string& where) {
  expect(holds ? std::string() : "does not hold", where);
}

/// A row of heed's own: it must pass, and try all that its kind should.
inline void expect(const Report& report) {
  totals().add(report);
  if (!report.passed || !report.untried.empty()) FAIL_CHECK(report.text());
}

/// A row that must not pass: whether the check of this name is among its problems.
inline bool finds(const Report& report, const std::string& check) {
  INFO(report.text());
  CHECK_FALSE(report.passed);
  for (const std::string& problem : report.problems) {
    if (problem.find(": broken rule: " + check) != std::string::npos) return true;
  }
  return false;
}

}  // namespace heed::testing

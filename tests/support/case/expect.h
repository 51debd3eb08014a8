// Failing a test with what a check found.
#pragma once

#include <string>

#include "heed/tests/support/case/totals.h"
#include "heed/tests/support/catch.h"

namespace heed::testing {

/// One more check: fails the test, going on, with `problem` unless that is empty.
inline void expect(const std::string& problem, const std::string& where) {
  ++totals().checks;
  if (!problem.empty()) FAIL_CHECK(where << ": " << problem);
}
inline void expect(bool holds, const std::string& where) {
  expect(holds ? std::string() : "does not hold", where);
}

}  // namespace heed::testing

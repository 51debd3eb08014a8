#include "heed/tests/support/case/report.h"

#include "heed/framework/base/error.h"

namespace heed::testing {
namespace {

/// "1 sample", "2 samples".
std::string counted(int64_t count, const std::string& what) {
  return text_of(count, " ", what, count == 1 ? "" : "s");
}

}  // namespace

std::string Report::text() const {
  const std::string verdict =
      passed ? "passed" : "FAILED, " + counted(static_cast<int64_t>(problems.size()), "problem");
  std::string text = text_of(
      name, ": ", verdict, ": ", counted(checks, "check"), " at ", counted(samples, "sample"), ", ",
      gradient_elements, " elements gradchecked, ", second_gradient_elements, " gradgradchecked");
  for (const std::string& problem : problems) text += "\n  " + problem;
  for (const std::string& one : unchecked) text += "\n  not checked: " + one;
  for (const std::string& one : untried) text += "\n  not tried: " + one;
  return text;
}

}  // namespace heed::testing

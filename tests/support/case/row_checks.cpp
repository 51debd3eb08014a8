#include "heed/tests/support/case/row_checks.h"

namespace heed::testing {

void check_row(Report& report, const std::string& what, const std::string& problem) {
  ++report.checks;
  ++report.made[what];
  if (problem.empty()) return;
  report.problems.push_back(report.name + ": broken rule: " + what + ": " + problem);
}

void check_refusal(Report& report, const std::function<std::string()>& message,
                   const std::string& expected) {
  check_row(report, "it refuses what it must in whole messages, and leaks nothing", contained([&] {
              const std::string got = message();
              return got == expected
                         ? ""
                         : text_of("it says \"", got, "\" instead of \"", expected, "\"");
            }));
}

void check_reference(Report& report, bool has_reference, const std::string& no_reference) {
  const bool has_reason = !no_reference.empty();
  std::string problem;
  if (has_reference && has_reason) problem = "it has both";
  if (!has_reference && !has_reason) {
    problem = "it has neither: write .reference, or why not in .no_reference";
  }
  check_row(report, "it has either a reference or the reason why there is none", problem);
  if (has_reference) return;
  report.unchecked.push_back("it gives the right values: there is no reference: " + no_reference);
}

void check_tolerance(Report& report, const Tolerance& tolerance) {
  const bool has_reason = !tolerance.reason.empty();
  std::string problem;
  if (tolerance.is_looser() && !has_reason) problem = "tolerance.reason is empty";
  if (!tolerance.is_looser() && has_reason) problem = "there is a reason, and they are not looser";
  check_row(report, "it says why its tolerances are looser than the default", problem);
}

}  // namespace heed::testing

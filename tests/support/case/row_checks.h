// How a row is tried: its checks at all samples, and what the row itself must have.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "heed/tests/support/case/checks.h"
#include "heed/tests/support/case/report.h"

namespace heed::testing {

/// Whether a check can be made of a row at a sample, and what it needs.
template <class Row, class Sample>
struct Condition {
  bool (*holds)(const Row& row, const Sample& sample);
  const char* needs;  ///< goes on from "needs "
  /// Why no sample of this row would do, whatever it is; "" if one would.
  std::string (*lack)(const Row& row) = [](const Row&) { return std::string(); };

  bool operator()(const Row& row, const Sample& sample) const { return holds(row, sample); }
};

/// What the check of first derivatives is called, of ops and of modules.
inline constexpr const char* gradient_check =
    "its gradients equal central differences, in every element";

/// One check of the row as a whole.
void check_row(Report& report, const std::string& what, const std::string& problem);
/// Another one: the refusal that `message` gives is `expected`, whole, and nothing leaks.
void check_refusal(Report& report, const std::function<std::string()>& message,
                   const std::string& expected);

/// Makes every check of `row` at each sample that it applies to. One that fails the first check is
/// not asked for more: everything else would say the same.
template <class Row, class Check>
void check_samples(Report& report, const Row& row, const std::vector<Check>& checks) {
  const Gradchecked before = gradchecked();
  for (const Check& check : checks) report.made.try_emplace(check.name, 0);
  for (size_t i = 0; i < row.samples.size(); ++i) {
    for (const Check& check : checks) {
      bool applies = true;
      const std::string problem = contained([&] {
        applies = check.applies(row, row.samples[i]);
        return applies ? check.problem(row, row.samples[i]) : std::string();
      });
      if (!applies) continue;
      ++report.checks;
      ++report.made[check.name];
      if (problem.empty()) continue;
      report.problems.push_back(describe(row, i) + ": broken rule: " + check.name + ": " + problem);
      if (&check == &checks.front()) break;
    }
  }
  for (const Check& check : checks) {
    if (report.made[check.name] > 0 || row.samples.empty()) continue;
    std::string reason = text_of("needs ", check.applies.needs);
    contained([&] {
      if (const std::string lack = check.applies.lack(row); !lack.empty()) reason = lack;
      return std::string();
    });
    report.unchecked.push_back(check.name + ": " + reason);
  }
  report.gradient_elements += gradchecked().elements - before.elements;
  if (report.gradient_elements == 0 && report.made[gradient_check] > 0) {
    report.unchecked.push_back(std::string(gradient_check) + ": needs a sample with elements");
  }
  report.second_gradient_elements += gradchecked().second_elements - before.second_elements;
}

/// A row has a reference or says why there is none, which the report repeats.
void check_reference(Report& report, bool has_reference, const std::string& no_reference);
/// Tolerances that are looser than the default have a reason, and no others.
void check_tolerance(Report& report, const Tolerance& tolerance);

/// What every row must have.
template <class Row>
void check_completeness(Report& report, const Row& row) {
  check_row(report, "it has samples", row.samples.empty() ? "there is nothing to try it on" : "");
  check_reference(report, static_cast<bool>(row.reference), row.no_reference);
  check_tolerance(report, row.tolerance);
}

}  // namespace heed::testing

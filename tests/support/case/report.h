// What a row was tried for, and what was found.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace heed::testing {

/// The answer of check_op, check_module and check_attention.
struct Report {
  std::string name = {};                     ///< the row's
  bool passed = false;                       ///< there are no problems
  int64_t samples = 0;                       ///< inputs that were tried
  int64_t checks = 0;                        ///< one check of one sample counts once
  int64_t gradient_elements = 0;             ///< f64 elements compared with central differences
  int64_t second_gradient_elements = 0;      ///< likewise, of the gradients
  std::map<std::string, int64_t> made = {};  ///< how often each check was made
  std::vector<std::string> problems = {};    ///< the row, the sample, the check, the numbers
  /// What could not be checked at any sample, and what it needs.
  std::vector<std::string> unchecked = {};
  /// Inputs that the suite of heed tries for each of its rows and that no sample of this one has.
  std::vector<std::string> untried = {};

  /// A line that says how it went, one for each problem, and one for each thing not checked.
  std::string text() const;
};

}  // namespace heed::testing

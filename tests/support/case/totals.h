// How much the tables checked: printed once, when the test program ends.
#pragma once

#include <cstdint>
#include <set>
#include <string>

namespace heed::testing {

struct Totals {
  std::set<std::string> samples;  ///< as described
  int64_t checks = 0;
  int64_t gradient_elements = 0;         ///< compared with central differences, f64
  int64_t second_gradient_elements = 0;  ///< likewise, of the gradients
  int64_t error_messages = 0;
  int64_t golden_cases = 0;
  ~Totals();
};

Totals& totals();

}  // namespace heed::testing

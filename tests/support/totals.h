// How much the tables checked: printed once, when the test program ends.
#pragma once

#include <cstdint>

#include "heed/tests/support/case/report.h"

namespace heed::testing {

struct Totals {
  int64_t rows = 0;
  int64_t samples = 0;
  int64_t checks = 0;
  int64_t gradient_elements = 0;         ///< compared with central differences, f64
  int64_t second_gradient_elements = 0;  ///< likewise, of the gradients
  int64_t golden_cases = 0;

  void add(const Report& report);
  ~Totals();
};

Totals& totals();

}  // namespace heed::testing

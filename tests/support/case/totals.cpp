#include "heed/tests/support/case/totals.h"

#include <cstdio>

namespace heed::testing {

Totals& totals() {
  static Totals instance;
  return instance;
}

Totals::~Totals() {
  if (checks == 0) return;
  std::fprintf(stderr,
               "tables: %zu samples, %lld checks; %lld f64 elements gradchecked, %lld "
               "gradgradchecked; %lld error messages; %lld golden cases\n",
               samples.size(), static_cast<long long>(checks),
               static_cast<long long>(gradient_elements),
               static_cast<long long>(second_gradient_elements),
               static_cast<long long>(error_messages), static_cast<long long>(golden_cases));
}

}  // namespace heed::testing

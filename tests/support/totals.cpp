#include "heed/tests/support/totals.h"

#include <cstdio>

namespace heed::testing {

Totals& totals() {
  static Totals instance;
  return instance;
}

void Totals::add(const Report& report) {
  ++rows;
  samples += report.samples;
  checks += report.checks;
  gradient_elements += report.gradient_elements;
  second_gradient_elements += report.second_gradient_elements;
}

Totals::~Totals() {
  if (checks == 0) return;
  std::fprintf(stderr,
               "tables: %lld rows, %lld samples, %lld checks; %lld f64 elements gradchecked, %lld "
               "gradgradchecked; %lld golden cases\n",
               static_cast<long long>(rows), static_cast<long long>(samples),
               static_cast<long long>(checks), static_cast<long long>(gradient_elements),
               static_cast<long long>(second_gradient_elements),
               static_cast<long long>(golden_cases));
}

}  // namespace heed::testing

// How tests go through the op table.
#pragma once

#include <string>

#include "heed/tests/framework/ops/case/op_case.h"
#include "heed/tests/support/case/checks.h"
#include "heed/tests/support/case/expect.h"

namespace heed::testing {

/// Calls body(op, sample, where) for each sample of each op. Nothing may leak or throw.
template <class Body>
void for_each_sample(const Body& body) {
  for (const OpCase& op : chosen_ops()) {
    for (size_t i = 0; i < op.samples.size(); ++i) {
      const std::string where = describe(op, i);
      totals().samples.insert(where);
      expect(contained([&] {
               body(op, op.samples[i], where);
               return std::string();
             }),
             where);
    }
  }
}

}  // namespace heed::testing

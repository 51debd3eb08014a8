// How tests go through the op table.
#pragma once

#include <string>
#include <vector>

#include "heed/framework/base/memory.h"
#include "heed/tests/framework/ops/case/op_run.h"
#include "heed/tests/framework/ops/case/op_totals.h"
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

/// Checks that what `body` allocates is gone when it is done.
template <class Body>
void expect_no_leak(const std::string& where, const Body& body) {
  const MemoryStats before = memory_stats();
  body();
  const MemoryStats after = memory_stats();
  expect(after.live_bytes == before.live_bytes && after.live_blocks == before.live_blocks,
         where + ": all memory is given back");
}

/// Calls body(op, sample, where) for each sample of each op. Nothing may leak or throw.
template <class Body>
void for_each_sample(const Body& body) {
  for (const OpCase& op : chosen_ops()) {
    totals().ops.insert(op.name);
    for (size_t i = 0; i < op.samples.size(); ++i) {
      totals().samples.emplace(op.name, i);
      const std::string where = describe(op, i);
      expect_no_leak(where, [&] {
        try {
          body(op, op.samples[i], where);
        } catch (const std::exception& error) {
          expect(std::string("throws ") + error.what(), where);
        }
      });
    }
  }
}

/// Compares two runs, outputs and gradients, by `compare(got, want)`.
template <class Compare>
void expect_same_run(const Run& got, const Run& want, const std::string& where,
                     const Compare& compare) {
  expect(got.outputs.size() == want.outputs.size(), where + ": number of outputs");
  for (size_t i = 0; i < want.outputs.size(); ++i) {
    expect(compare(got.outputs.at(i), want.outputs[i], false),
           where + ", output " + std::to_string(i));
  }
  for (size_t i = 0; i < want.gradients.size(); ++i) {
    expect(compare(got.gradients.at(i), want.gradients[i], true),
           where + ", gradient of input " + std::to_string(i));
  }
}

}  // namespace heed::testing

// What must hold for every row, op or module, at a sample. Checks return the problem that they
// find, "" for none, so that wrong modules can be shown to have some.
#pragma once

#include <string>

#include "heed/framework/base/memory.h"
#include "heed/tests/support/case/subject.h"

namespace heed::testing {

/// The values of the naive reference, if there is one, inputs left alone, gradients like their
/// inputs.
std::string values_problem(const Subject& subject, DType dtype);
/// f64 gradients, and those of gradients, are those of central differences, in every element.
std::string gradient_problem(const Subject& subject);
std::string second_gradient_problem(const Subject& subject);
/// Gradients under create_graph are the plain ones.
std::string graph_problem(const Subject& subject);
/// Gradients in f32 are those in f64, rounded.
std::string rounding_problem(const Subject& subject);
/// Permuted, sliced and expanded inputs, alike or mixed, give what their contiguous copies give.
std::string input_layout_problem(const Subject& subject, DType dtype);
/// The same for incoming gradients.
std::string gradient_layout_problem(const Subject& subject, DType dtype);
/// The same bits again, and on one thread and on two.
std::string repetition_problem(const Subject& subject);

/// How many elements the two gradient checks above compared so far.
struct Gradchecked {
  int64_t elements = 0;
  int64_t second_elements = 0;
};
Gradchecked& gradchecked();

/// Whether central differences can be taken of it.
bool can_differ(const Subject& subject);

/// `problem()`, where an exception and memory that is not given back are problems too.
template <class Problem>
std::string contained(const Problem& problem) {
  const MemoryStats before = memory_stats();
  std::string found;
  try {
    found = problem();
  } catch (const std::exception& error) {
    found = std::string("throws: ") + error.what();
  }
  const MemoryStats after = memory_stats();
  const bool leaks =
      after.live_bytes != before.live_bytes || after.live_blocks != before.live_blocks;
  return found.empty() && leaks ? "leaks memory" : found;
}

}  // namespace heed::testing

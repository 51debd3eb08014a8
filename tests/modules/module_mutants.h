// Wrong variants of MultiHeadAttention, each by one mistake that people make: every invariance that
// attentions are asked for finds one of them out. What is wrong in a single place of the sources is
// in tests/mutants.
#pragma once

#include <string>
#include <vector>

#include "heed/tests/modules/case/module_case.h"

namespace heed::testing {

struct AttentionMutant {
  std::string name;
  ModuleCase row;  ///< the right one's, but for `build`
};

/// The variant without a mistake comes first: it must pass everything.
std::vector<AttentionMutant> attention_mutants();

}  // namespace heed::testing

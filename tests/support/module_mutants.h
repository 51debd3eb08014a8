// Wrong variants of MyMHA, each by one mistake that people make. They exist to be found out.
#pragma once

#include <string>
#include <vector>

#include "heed/tests/support/module_case.h"

namespace heed::testing {

struct AttentionMutant {
  std::string name;
  ModuleCase row;  ///< MyMHA's, but for `build`
};

/// The variant without a mistake comes first: it must pass everything.
std::vector<AttentionMutant> attention_mutants();

}  // namespace heed::testing

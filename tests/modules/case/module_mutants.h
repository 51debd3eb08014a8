// Wrong variants of MyMHA and of MultiHeadAttention, each by one mistake that people make. They
// exist to be found out.
#pragma once

#include <string>
#include <vector>

#include "heed/tests/modules/case/module_case.h"

namespace heed::testing {

struct AttentionMutant {
  std::string name;
  ModuleCase row;  ///< the right one's, but for `build`
};

// The variant without a mistake comes first: it must pass everything.
std::vector<AttentionMutant> my_mha_mutants();
std::vector<AttentionMutant> multi_head_mutants();

}  // namespace heed::testing

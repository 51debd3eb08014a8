// The op table of heed. The rows of framework/ops/reduce.h are in tables/reduce.cpp, their naive
// references there or in reference/reduce.h.
#pragma once

#include <string>
#include <vector>

#include "heed/tests/framework/ops/case/op_case.h"

namespace heed::testing {

/// A function for each file of tables: CMake lists them. tables/reduce.cpp defines reduce_ops().
extern const std::vector<OpTable (*)()> op_families;

/// Every op, in the order of the tables' names.
const OpTable& op_table();
/// The rows that the environment variable HEED_OPS names ("add mul"); all if it is not set.
OpTable chosen_ops();
/// nullptr if there is no such op.
const OpCase* find_op(const std::string& name);

}  // namespace heed::testing

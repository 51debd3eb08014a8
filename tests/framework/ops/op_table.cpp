#include "heed/tests/framework/ops/op_table.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "heed/tests/support/table.h"

namespace heed::testing {
namespace {

/// Ops whose outputs need not show a NaN that all of a floating input is, and why.
const std::map<std::string, std::string>& nan_is_hidden() {
  static const std::string choice = "chooses other elements";
  static const std::map<std::string, std::string> reasons = {
      {"sign", "the sign of NaN is 0, as in PyTorch"},
      {"nan_to_num", "replaces NaN, which is what it is for"},
      {"where", choice},
      {"masked_fill", choice},
      {"scatter", choice},
      {"scatter_reduce", choice},
      {"index_copy", choice},
      {"index_fill", choice},
      {"index_put", choice},
      {"pad", choice},
      {"dropout", "may drop every element"},
      {"tril", choice},
      {"triu", choice},
      {"masked_softmax", "blocked elements have no influence"},
      {"cross_entropy", "targets may all be ignored"},
      {"nll_loss", "targets may all be ignored"},
      {"norm", "p = 0 counts what is not 0"},
      {"pow", "x to the power of 0 is 1, even for NaN"},
  };
  return reasons;
}

}  // namespace

const OpTable& op_table() {
  static const OpTable table = [] {
    OpTable rows = joined_table(op_families);
    for (const auto& hidden : nan_is_hidden()) {
      const auto row = std::find_if(rows.begin(), rows.end(),
                                    [&](const OpCase& op) { return op.name == hidden.first; });
      if (row == rows.end()) throw std::logic_error("nan_is_hidden: no op " + hidden.first);
      row->hides_nan = hidden.second;
    }
    return rows;
  }();
  return table;
}

OpTable chosen_ops() {
  return chosen_rows(op_table(), "HEED_OPS");
}

const OpCase* find_op(const std::string& name) {
  return find_row(op_table(), name);
}

}  // namespace heed::testing

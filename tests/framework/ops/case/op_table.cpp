#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include "heed/tests/framework/ops/case/op_rows.h"

namespace heed::testing {

const OpTable& op_table() {
  static const OpTable table = [] {
    OpTable all;
    for (const auto& family : op_families) {
      for (OpCase& op : family()) all.push_back(std::move(op));
    }
    return all;
  }();
  return table;
}

OpTable chosen_ops() {
  const char* names = std::getenv("HEED_OPS");
  if (names == nullptr) return op_table();
  std::istringstream words(names);
  OpTable chosen;
  for (std::string name; words >> name;) {
    const OpCase* op = find_op(name);
    if (op == nullptr) throw std::invalid_argument("HEED_OPS: no op is named " + name);
    chosen.push_back(*op);
  }
  return chosen;
}

const OpCase* find_op(const std::string& name) {
  for (const OpCase& op : op_table()) {
    if (op.name == name) return &op;
  }
  return nullptr;
}

}  // namespace heed::testing

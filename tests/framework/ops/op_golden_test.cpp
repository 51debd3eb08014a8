// heed-eval against answers computed by PyTorch in f64.
#include <cmath>
#include <fstream>
#include <set>
#include <string>

#include "heed/tests/framework/ops/op_table.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/case/tensor_json.h"
#include "heed/tests/support/catch.h"
#include "heed/tests/support/eval.h"
#include "heed/tests/support/expect.h"

namespace heed::testing::op_golden_test {
namespace {

/// "" if every tensor of `want` that is not null has its equal in `got`.
std::string list_difference(const Json& got, const Json& want, const std::string& what) {
  if (!got.is_array() || got.size() != want.size()) return what + ": another number of tensors";
  for (size_t i = 0; i < want.size(); ++i) {
    if (want[i].is_null()) continue;
    const std::string place = what + "[" + std::to_string(i) + "]";
    const Tensor a = tensor_from_json(got[i], place), b = tensor_from_json(want[i], place);
    if (!a.defined()) return place + " is null";
    if (a.dtype() != b.dtype()) return place + " has another dtype";
    const std::string problem = difference(a, b, 1e-12);
    if (!problem.empty()) return place + ": " + problem;
  }
  return "";
}

std::string answer_difference(const Json& got, const Json& want) {
  if (got.contains("error")) return got["error"];
  for (const auto& [key, value] : want.items()) {
    if (!got.contains(key)) return "no \"" + key + "\" in the answer";
    const std::string problem = list_difference(got[key], value, key);
    if (!problem.empty()) return problem;
  }
  return got.size() == want.size() ? "" : "more in the answer than expected";
}

}  // namespace

TEST_CASE("heed-eval answers every golden case as PyTorch does, and every op has one or a reason") {
  std::ifstream file(std::string(HEED_SOURCE_DIR) + "/tests/golden/ops.jsonl");
  REQUIRE(file.is_open());
  std::set<std::string> ops;
  for (std::string line; std::getline(file, line);) {
    const Json golden = Json::parse(line);
    ops.insert(golden["request"]["op"]);
    const Json got = Json::parse(answer(golden["request"].dump()));
    expect(answer_difference(got, golden["answer"]), golden["name"]);
    ++totals().golden_cases;
  }
  CHECK(totals().golden_cases >= 515);
  for (const OpCase& op : op_table()) {
    expect(ops.contains(op.name) == op.no_golden_case.empty(),
           op.name +
               ": golden cases (tests/golden/op_cases/*.py, then ops.py) or no_golden_case in its "
               "row, not both");
  }
}

}  // namespace heed::testing::op_golden_test

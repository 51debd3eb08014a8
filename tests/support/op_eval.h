// heed-eval as a function: one request, one answer.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "heed/tests/support/op_attributes.h"

namespace heed::testing {

/// A kind of thing that requests name: ops, modules, optimizers.
struct EvalKind {
  std::string key;             ///< names the thing in a request: {"op":"exp",…}
  std::string plural;          ///< names all of them: {"list":"ops"}
  std::function<Json()> list;  ///< [{"name":…,"attrs":[…]},…]
  std::function<std::string(const Json& request)> answer;  ///< JSON; throws RequestError or Error
};

/// All kinds. A new kind is one line in op_eval.cpp.
const std::vector<EvalKind>& eval_kinds();

/// The answer to one line: always one line of JSON without its end, never an exception except
/// std::bad_alloc for the answer itself.
std::string answer(std::string_view line);

}  // namespace heed::testing

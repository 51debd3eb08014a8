// heed-eval as a function: one request, one answer.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "heed/framework/tensor/tensor.h"
#include "heed/tests/support/case/attributes.h"

namespace heed::testing {

/// A kind of thing that requests name: ops, modules, optimizers.
struct EvalKind {
  std::string key;             ///< names the thing in a request: {"op":"exp",…}
  std::string plural;          ///< names all of them: {"list":"ops"}
  std::function<Json()> list;  ///< [{"name":…,"attrs":[…]},…]
  std::function<std::string(const Json& request)> answer;  ///< JSON; throws RequestError or Error
};

// What answers are made with.

/// Throws RequestError for keys of a request that mean nothing.
void check_keys(const Json& request, std::initializer_list<std::string_view> known);
/// The list of tensors under `key`, empty if there is none. Throws RequestError.
std::vector<Tensor> tensors_from_json(const Json& request, const char* key);

/// The inputs of a request; floating ones require grad, but for `constants`.
std::vector<Tensor> leaves_from_json(const Json& request, const std::vector<size_t>& constants);
/// "grad_outputs" for `outputs`; undefined where one was left out. Throws RequestError.
std::vector<Tensor> cotangents_from_json(const Json& request, const std::vector<Tensor>& outputs);
/// {"name":…,"inputs":[…],"attrs":[{"name":…,"type":…,"default":…},…]}
Json list_entry(const std::string& name, const std::vector<std::string>& inputs,
                const std::vector<Attribute>& attributes);
/// The list of attributes in it.
Json describe_attributes(const std::vector<Attribute>& attributes);

/// All kinds. A new kind is one line in eval.cpp.
const std::vector<EvalKind>& eval_kinds();

/// The answer to one line: always one line of JSON without its end, never an exception except
/// std::bad_alloc for the answer itself.
std::string answer(std::string_view line);

}  // namespace heed::testing

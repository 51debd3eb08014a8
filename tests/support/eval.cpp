#include "heed/tests/support/eval.h"

#include <algorithm>

#include "heed/framework/base/error.h"
#include "heed/framework/base/random.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/framework/ops/op_eval.h"
#include "heed/tests/framework/optim/optim_request.h"
#include "heed/tests/modules/module_eval.h"
#include "heed/tests/support/case/tensor_json.h"

namespace heed::testing {
namespace {

template <size_t count>
std::array<uint32_t, count> words_from_json(const Json& request, const char* key) {
  const auto found = request.find(key);
  if (found == request.end() || !found->is_array() || found->size() != count) {
    throw RequestError(text_of("\"", key, "\" must be a list of ", count, " numbers"));
  }
  std::array<uint32_t, count> words{};
  for (size_t i = 0; i < count; ++i) {
    const int64_t word = integer_from_json((*found)[i], text_of("a number of \"", key, "\""));
    if (word < 0 || word > int64_t{0xFFFFFFFF}) {
      throw RequestError(text_of("a number of \"", key, "\" must be in [0, 2^32)"));
    }
    words[i] = static_cast<uint32_t>(word);
  }
  return words;
}

std::string answer_rng(const Json& request) {
  check_keys(request, {"rng", "counter", "key"});
  if (request["rng"] != "philox4x32_10") {
    throw RequestError("unknown rng " + request["rng"].dump() + "; there is \"philox4x32_10\"");
  }
  const auto bits =
      philox4x32_10(words_from_json<4>(request, "counter"), words_from_json<2>(request, "key"));
  const std::vector<int64_t> words(bits.begin(), bits.end());
  return "{\"outputs\":" + to_json_text(std::vector<Tensor>{from_values(words, {4})}) + "}";
}

std::string answer_list(const Json& request) {
  check_keys(request, {"list"});
  std::string known;
  for (const EvalKind& kind : eval_kinds()) {
    if (request["list"] == kind.plural) return Json{{kind.plural, kind.list()}}.dump();
    known += (known.empty() ? "\"" : ", \"") + kind.plural + "\"";
  }
  throw RequestError("unknown list " + request["list"].dump() + "; there are " + known);
}

std::string answer_or_throw(std::string_view line) {
  const Json request = parse_json(line);
  if (!request.is_object()) throw RequestError("a request must be a JSON object");
  if (request.contains("list")) return answer_list(request);
  if (request.contains("rng")) return answer_rng(request);
  for (const EvalKind& kind : eval_kinds()) {
    const auto named = request.find(kind.key);
    if (named == request.end()) continue;
    if (!named->is_string()) throw RequestError("\"" + kind.key + "\" must be a string");
    return kind.answer(request);
  }
  throw RequestError("a request needs one of \"op\", \"module\", \"optim\", \"rng\", \"list\"");
}

}  // namespace

void check_keys(const Json& request, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : request.items()) {
    bool found = false;
    for (const std::string_view name : known) found = found || name == key;
    if (!found) throw RequestError("unknown key \"" + key + "\" in the request");
  }
}

std::vector<Tensor> tensors_from_json(const Json& request, const char* key) {
  const auto found = request.find(key);
  if (found == request.end()) return {};
  if (!found->is_array()) throw RequestError(std::string("\"") + key + "\" must be a list");
  std::vector<Tensor> tensors;
  for (const Json& item : *found) {
    tensors.push_back(
        tensor_from_json(item, std::string(key) + "[" + std::to_string(tensors.size()) + "]"));
  }
  return tensors;
}

std::vector<Tensor> leaves_from_json(const Json& request, const std::vector<size_t>& constants) {
  std::vector<Tensor> inputs = tensors_from_json(request, "inputs");
  for (size_t i = 0; i < inputs.size(); ++i) {
    const bool constant = std::find(constants.begin(), constants.end(), i) != constants.end();
    if (inputs[i].defined() && is_floating(inputs[i].dtype()) && !constant) {
      inputs[i].requires_grad_();
    }
  }
  return inputs;
}

std::vector<Tensor> cotangents_from_json(const Json& request, const std::vector<Tensor>& outputs) {
  std::vector<Tensor> weights = tensors_from_json(request, "grad_outputs");
  if (weights.size() > outputs.size()) {
    throw RequestError(text_of("\"grad_outputs\" has ", weights.size(), " entries for ",
                               outputs.size(), outputs.size() == 1 ? " output" : " outputs"));
  }
  weights.resize(outputs.size());
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!weights[i].defined()) continue;
    if (weights[i].shape() != outputs[i].shape() || weights[i].dtype() != outputs[i].dtype()) {
      throw RequestError(text_of("grad_outputs[", i, "] must be ", outputs[i].dtype(), " ",
                                 outputs[i].shape(), " like its output, got ", weights[i].dtype(),
                                 " ", weights[i].shape()));
    }
  }
  return weights;
}

Json describe_attributes(const std::vector<Attribute>& attributes) {
  Json list = Json::array();
  for (const Attribute& attribute : attributes) {
    Json entry = {{"name", attribute.name}, {"type", name_of(attribute.type)}};
    if (attribute.fallback) entry["default"] = *attribute.fallback;
    list.push_back(entry);
  }
  return list;
}

Json list_entry(const std::string& name, const std::vector<std::string>& inputs,
                const std::vector<Attribute>& attributes) {
  return {{"name", name}, {"inputs", inputs}, {"attrs", describe_attributes(attributes)}};
}

const std::vector<EvalKind>& eval_kinds() {
  static const std::vector<EvalKind> kinds = {
      {"op", "ops", list_ops, answer_op},
      {"module", "modules", list_modules, answer_module},
      {"optim", "optim", list_optimizers, answer_optim},
  };
  return kinds;
}

std::string answer(std::string_view line) {
  std::string problem;
  try {
    return answer_or_throw(line);
  } catch (const std::bad_alloc&) {
    problem = "out of memory";
  } catch (const std::exception& error) {
    problem = error.what();
  }
  // What the message quotes need not be UTF-8.
  return Json{{"error", problem}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace heed::testing

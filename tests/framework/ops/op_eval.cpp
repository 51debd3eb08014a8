#include "heed/tests/framework/ops/op_eval.h"

#include "heed/tests/framework/ops/case/op_case.h"
#include "heed/tests/framework/ops/op_table.h"
#include "heed/tests/support/case/subject.h"
#include "heed/tests/support/case/tensor_json.h"
#include "heed/tests/support/eval.h"

namespace heed::testing {

std::string answer_op(const Json& request) {
  const std::string name = request["op"].get<std::string>();
  const OpCase* op = find_op(name);
  if (op == nullptr) throw RequestError("unknown op \"" + name + "\"");
  check_keys(request, {"op", "attrs", "inputs", "grad_outputs"});
  const Attributes attributes(op->attributes, request.value("attrs", Json::object()));
  const Tensors inputs = leaves_from_json(request, op->constants);
  const Tensors outputs = call_op(*op, inputs, attributes);
  std::string text = "{\"outputs\":" + to_json_text(outputs);
  if (request.contains("grad_outputs")) {
    const Tensors all = gradients_of(outputs, inputs, cotangents_from_json(request, outputs));
    Tensors gradients;
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i].defined()) gradients.push_back(all[i]);
    }
    text += ",\"grads\":" + to_json_text(gradients);
  }
  return text + "}";
}

Json list_ops() {
  Json list = Json::array();
  for (const OpCase& op : op_table()) list.push_back(list_entry(op.name, op.inputs, op.attributes));
  return list;
}

}  // namespace heed::testing

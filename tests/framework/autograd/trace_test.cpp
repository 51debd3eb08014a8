// An observer sees every op of its thread, in both forms of record, and of axes' names.
#include "heed/framework/autograd/trace.h"

#include <string>
#include <thread>
#include <vector>

#include "heed/framework/autograd/anomaly.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/base/scope.h"
#include "heed/framework/nn/shape_contract.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/normalization.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::trace_test {
namespace {

struct Listener : OpObserver {
  std::vector<std::string> seen;
  std::vector<Tensor> outputs;
  void on_op(const TracedOp& op) override {
    std::string text = text_of(op.op, op.output.shape(), " of");
    for (const Tensor* input : op.inputs) {
      text += input->defined() ? text_of(" ", input->shape()) : " nothing";
    }
    seen.push_back(text + (op.output.requires_grad() ? "" : " outside") +
                   (Scope::path().empty() ? "" : " in " + Scope::path()));
    outputs.push_back(op.output);
    const Tensor own = op.output + op.output;  // not seen
  }
  void on_axes(const Tensor& x, std::string_view axes) override {
    seen.push_back(text_of(x.shape(), " is ", axes));
  }
};

TEST_CASE("an observer sees ops of both forms, in or out of the graph, and of contracts") {
  const Tensor x = leaf({1, 2, 3, 4}, {2, 2});
  Listener listener;
  Tensor sum, normal;
  {
    const TraceScope trace(&listener);
    const Scope scope(place_of("encoder.norm"));
    sum = x + x;
    normal = layer_norm(sum, {2}, ones({2}, DType::f64));
    Dims d{"Test", {{"D", 2}}};
    d.check(normal, "B D");
    d.check(normal, "... D");
    const NoGrad guard;
    x.transpose(0, 1);
  }
  const Tensor after = x * x;
  CHECK(listener.seen ==
        std::vector<std::string>{"add[2, 2] of [2, 2] [2, 2] in encoder.norm",
                                 "layer_norm[2, 2] of [2, 2] [2] nothing in encoder.norm",
                                 "[2, 2] is B D", "[2, 2] is ... D",
                                 "transpose[2, 2] of [2, 2] outside in encoder.norm"});
  CHECK(listener.outputs[0].is_same(sum));
  CHECK(listener.outputs[1].is_same(normal));
  CHECK(listener.outputs[2].storage() == x.storage());
}

TEST_CASE("observed ops are the same, and anomaly mode still looks at them") {
  const Tensor x = leaf({1, -2});
  Listener listener;
  const TraceScope trace(&listener);
  const Tensor y = x * x;
  y.backward(ones({2}, DType::f64));
  CHECK(values(x.grad()) == Values{2, -4});
  const AnomalyMode anomaly;
  CHECK(message_of([&] { x / zeros({2}, DType::f64); }).starts_with("div: made Inf"));
}

TEST_CASE("the inner of two trace scopes reports, and only of its own thread", "[threads]") {
  const Tensor x = leaf({1, 2});
  Listener outer, inner;
  const TraceScope first(&outer);
  {
    const TraceScope second(&inner);
    x + x;
    std::thread([&] { x* x; }).join();
  }
  {
    const TraceScope none(nullptr);
    x + x;
  }
  x* x;
  CHECK(inner.seen == std::vector<std::string>{"add[2] of [2] [2]"});
  CHECK(outer.seen == std::vector<std::string>{"mul[2] of [2] [2]"});
}

}  // namespace
}  // namespace heed::testing::trace_test

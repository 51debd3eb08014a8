// The values of a module: filling, saving, loading, casting, gradients.
#include "heed/framework/nn/init.h"
#include "heed/framework/nn/module_list.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/inplace.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/optim/adam.h"
#include "heed/framework/optim/sgd.h"
#include "heed/modules/linear.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::module_state_test {
namespace {

struct Net : Layer<Net> {
  Linear first, second;
  Buffer shift;
  explicit Net(const Slot& slot)
      : Layer(slot),
        first({this, "first"}, 2, 3),
        second({this, "second"}, 3, 1, Bias::none),
        shift({this, "shift"}, full({1}, 0.5)) {}
  Tensor forward(const Tensor& x) { return second(first(x)) + shift; }
};

void fill(Module& module) {
  Rng rng(stream(1, Purpose::user));
  module.reset_parameters(rng);
}

bool same(const NamedTensors& a, const NamedTensors& b) {
  for (size_t i = 0; i < b.size(); ++i) {
    if (a.at(i).first != b[i].first || !bit_difference(a[i].second, b[i].second).empty())
      return false;
  }
  return a.size() == b.size();
}

}  // namespace

TEST_CASE("Computing with a parameter that nobody filled says which and how to fill it") {
  const std::string how =
      "weight has no values yet; call reset_parameters(rng) or "
      "load_state_dict(state)";
  Sequential net(Slot::root());
  net.add<Linear>(2, 3, Bias::none);
  CHECK(message_of([&] { net(ones({4, 2})); }) == "0: " + how + " (in 0)");
  net.to(DType::f64);
  CHECK(message_of([&] { net(ones({4, 2}, DType::f64)); }) == "0: " + how + " (in 0)");
  Linear alone(Slot::root(), 2, 3, Bias::none);
  CHECK(message_of([&] { alone(ones({4, 2})); }) == "Linear: " + how + " (in Linear)");
  CHECK(alone.weight->shape() == Shape{3, 2});
  fill(alone);
  CHECK(alone(ones({4, 2})).shape() == Shape{4, 3});
}

TEST_CASE("reset_parameters draws in registration order, so an Rng fixes all values") {
  Net a(Slot::root()), b(Slot::root());
  fill(a);
  fill(b);
  CHECK(same(a.state_dict(), b.state_dict()));
  Linear first(Slot::root(), 2, 3);
  fill(first);
  CHECK(bit_difference(first.weight, a.first.weight) == "");
}

TEST_CASE("state_dict is a copy of parameters and buffers, outside the graph") {
  Net net(Slot::root());
  fill(net);
  const NamedTensors state = net.state_dict();
  std::string names;
  for (const auto& [name, tensor] : state) {
    names += name + " ";
    CHECK_FALSE(tensor.requires_grad());
  }
  CHECK(names == "first.weight first.bias second.weight shift ");
  for (const auto& [name, tensor] : state) zero_(tensor);
  CHECK_FALSE(same(net.state_dict(), state));
}

TEST_CASE("A state that does not fit is refused with all its faults, and nothing changes") {
  Net net(Slot::root());
  fill(net);
  const NamedTensors before = net.state_dict();
  const NamedTensors wrong = {{"first.weight", ones({2, 3})},
                              {"first.bias", ones({3}, DType::f64)},
                              {"first.bias", ones({3})},
                              {"second.bias", ones({1})},
                              {"shift", Tensor()}};
  CHECK(message_of([&] { net.load_state_dict(wrong); }) ==
        "Net: load_state_dict: the state does not fit:\n"
        "  does not fit: first.weight is f32 [3, 2], given f32 [2, 3]\n"
        "  does not fit: first.bias is f32 [3], given f64 [3]\n"
        "  given twice: first.bias\n"
        "  unexpected: second.bias\n"
        "  undefined: shift\n"
        "  missing: second.weight");
  CHECK(same(net.state_dict(), before));
}

TEST_CASE("load_state_dict changes all or nothing, wherever memory runs out") {
  Net net(Slot::root()), other(Slot::root());
  fill(net);
  fill(other);
  NamedTensors wanted = other.state_dict();
  for (const auto& [name, tensor] : wanted) add_(tensor, ones_like(tensor));
  const NamedTensors before = net.state_dict();
  int64_t failures = 0;
  for (int64_t nth = 1;; ++nth) {
    fail_allocation(nth);
    try {
      net.load_state_dict(wanted);
      fail_allocation(0);
      break;
    } catch (const std::bad_alloc&) {
      ++failures;
      CHECK(same(net.state_dict(), before));
    }
  }
  CHECK(failures > 0);
  CHECK(same(net.state_dict(), wanted));
}

TEST_CASE("A state may be made of views, also of the module's own parameters") {
  Linear m(Slot::root(), 2, 2, Bias::none);
  fill(m);
  const std::vector<float> before = m.weight->to_vector<float>();
  m.load_state_dict({{"weight", m.weight->transpose(0, 1)}});
  CHECK(m.weight->to_vector<float>() ==
        std::vector<float>{before[0], before[2], before[1], before[3]});
  m.load_state_dict({{"weight", full({1}, 3).expand({2, 2})}});
  CHECK(m.weight->to_vector<float>() == std::vector<float>{3, 3, 3, 3});
}

TEST_CASE("A buffer is a copy of what it was made from, however that lies in memory") {
  struct Shifted : Layer<Shifted> {
    Buffer table;
    Linear linear;
    Shifted(const Slot& slot, const Tensor& value)
        : Layer(slot), table({this, "table"}, value), linear({this, "linear"}, 1, 1) {}
  };
  const Tensor value = full({1}, 2);
  Shifted m(Slot::root(), value.expand({3}));
  zero_(value);
  CHECK(m.table->to_vector<float>() == std::vector<float>{2, 2, 2});
  NamedTensors state = m.state_dict();
  for (const auto& [name, tensor] : state) zero_(tensor);
  m.load_state_dict(state);
  CHECK(m.table->to_vector<float>() == std::vector<float>{0, 0, 0});
}

TEST_CASE("to(dtype) reaches every handle, keeps gradients and leaves integers alone") {
  Net net(Slot::root());
  fill(net);
  const Tensor handle = net.first.weight;
  const Buffer ids({&net, "ids"}, arange(3));
  sum(net(ones({4, 2}))).backward();
  const std::vector<float> gradient = handle.grad().to_vector<float>();
  net.to(DType::f64);
  CHECK(handle.dtype() == DType::f64);
  CHECK(handle.requires_grad());
  CHECK(handle.is_same(net.first.weight));
  CHECK(handle.grad().dtype() == DType::f64);
  CHECK(handle.grad().to_vector<double>() == Values(gradient.begin(), gradient.end()));
  CHECK(net.shift->dtype() == DType::f64);
  CHECK_FALSE(net.shift->requires_grad());
  CHECK(ids->dtype() == DType::i64);
  CHECK(net(ones({4, 2}, DType::f64)).dtype() == DType::f64);
  CHECK(message_of([&] { net.to(DType::i64); }) ==
        "Module::to: takes f32 or f64, got i64; write .to(DType::f32)");
}

TEST_CASE("A graph from before to(dtype) is refused, it could not reach the parameters") {
  Linear m(Slot::root(), 2, 1, Bias::none);
  fill(m);
  const Tensor x = ones({1, 2}).requires_grad_();
  const Tensor y = m(x);
  m.to(DType::f64);
  CHECK(message_of([&] { y.backward(); }) ==
        "linear: its pullback returned f32 [1, 2] for input 1, which is f64 [1, 2]; if Module::to "
        "changed it since, call it before the forward (in Linear)");
  CHECK_FALSE(x.grad().defined());
  CHECK_FALSE(m.weight->grad().defined());
}

TEST_CASE("to(dtype) changes all or nothing, wherever memory runs out") {
  Net net(Slot::root());
  fill(net);
  sum(net(ones({4, 2}))).backward();
  for (int64_t n = 1;; ++n) {
    fail_allocation(n);
    bool failed = false;
    try {
      net.to(DType::f64);
    } catch (const std::bad_alloc&) {
      failed = true;
    }
    fail_allocation(0);
    const DType wanted = failed ? DType::f32 : DType::f64;
    for (const auto& [path, tensor] : net.named_parameters()) {
      CHECK(tensor.dtype() == wanted);
      CHECK(tensor.requires_grad());
      CHECK(tensor.grad().dtype() == wanted);
    }
    for (const auto& [path, tensor] : net.named_buffers()) CHECK(tensor.dtype() == wanted);
    if (!failed) break;
    REQUIRE(n < 1000);
  }
}

TEST_CASE("An optimizer follows its parameters through to(dtype) or says why it cannot") {
  Linear m(Slot::root(), 2, 1, Bias::none);
  fill(m);
  SGD plain(m.parameters(), {.lr = 1});
  AdamW adam(m.parameters(), {});
  m.to(DType::f64);
  m.weight->set_grad(ones({1, 2}, DType::f64));
  const Values before = values(m.weight);
  CHECK(message_of([&] { adam.step(); }) ==
        "Optimizer::step: parameter 0 is f64, its state f32; call Module::to before making the "
        "optimizer");
  CHECK(values(m.weight) == before);
  CHECK(adam.state()[0].second.item() == 0);
  plain.step();
  CHECK(values(m.weight) == Values{before[0] - 1, before[1] - 1});
}

TEST_CASE("zero_grad drops every gradient") {
  Net net(Slot::root());
  fill(net);
  sum(net(ones({4, 2}))).backward();
  CHECK(net.first.bias->tensor().grad().defined());
  net.zero_grad();
  for (const Tensor& parameter : net.parameters()) CHECK_FALSE(parameter.grad().defined());
}

}  // namespace heed::testing::module_state_test

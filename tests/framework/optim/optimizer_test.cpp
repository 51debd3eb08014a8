// Optimizers against naive scalar implementations and against PyTorch's numbers.
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/inplace.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/optim/adagrad.h"
#include "heed/framework/optim/adam.h"
#include "heed/framework/optim/lion.h"
#include "heed/framework/optim/muon.h"
#include "heed/framework/optim/rmsprop.h"
#include "heed/framework/optim/sgd.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/framework/optim/optim_request.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/case/tensor_json.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::optimizer_test {
namespace {

/// One number under SGD, as its definition is written.
struct NaiveSgd {
  SgdConfig config;
  double buffer = 0;
  int steps = 0;
  void step(double& p, double g) {
    g += config.weight_decay * p;
    if (config.momentum != 0) {
      buffer = steps == 0 ? g : config.momentum * buffer + (1 - config.dampening) * g;
      g = config.nesterov ? g + config.momentum * buffer : buffer;
    }
    ++steps;
    p -= config.lr * g;
  }
};

/// One number under Adam or AdamW.
struct NaiveAdam {
  AdamConfig config;
  bool decoupled;
  double m = 0, v = 0, v_max = 0;
  int steps = 0;
  void step(double& p, double g) {
    ++steps;
    if (decoupled) {
      p -= config.lr * config.weight_decay * p;
    } else {
      g += config.weight_decay * p;
    }
    m = config.beta1 * m + (1 - config.beta1) * g;
    v = config.beta2 * v + (1 - config.beta2) * g * g;
    v_max = std::max(v_max, v);
    const double m_hat = m / (1 - std::pow(config.beta1, steps));
    const double v_hat = (config.amsgrad ? v_max : v) / (1 - std::pow(config.beta2, steps));
    p -= config.lr * m_hat / (std::sqrt(v_hat) + config.eps);
  }
};

struct NaiveRmsprop {
  RmspropConfig config;
  double square = 0, mean = 0, buffer = 0;
  void step(double& p, double g) {
    g += config.weight_decay * p;
    square = config.alpha * square + (1 - config.alpha) * g * g;
    mean = config.alpha * mean + (1 - config.alpha) * g;
    const double variance = config.centered ? square - mean * mean : square;
    buffer = config.momentum * buffer + g / (std::sqrt(variance) + config.eps);
    p -= config.lr * buffer;
  }
};

struct NaiveAdagrad {
  AdagradConfig config;
  double sum = config.initial_accumulator_value;
  int steps = 0;
  void step(double& p, double g) {
    g += config.weight_decay * p;
    sum += g * g;
    p -= config.lr / (1 + steps++ * config.lr_decay) * g / (std::sqrt(sum) + config.eps);
  }
};

struct NaiveLion {
  LionConfig config;
  double m = 0;
  void step(double& p, double g) {
    const double mixed = config.beta1 * m + (1 - config.beta1) * g;
    const double direction = mixed > 0 ? 1 : mixed < 0 ? -1 : 0;
    p -= config.lr * (direction + config.weight_decay * p);
    m = config.beta2 * m + (1 - config.beta2) * g;
  }
};

/// Bernstein et al. 2018.
class SignSGD : public Optimizer {
 public:
  SignSGD(const ParameterGroups& groups, double lr, double weight_decay)
      : Optimizer("SignSGD", groups, lr, weight_decay) {}

 private:
  void update(std::span<const Change> changes) override {
    for (const Change& change : changes) {
      add_(change.parameter, sign(change.gradient) + change.weight_decay * change.parameter,
           -change.lr);
    }
  }
};

/// Eight steps of both; every third step has no gradient.
template <class Naive>
void check_against(Optimizer& optimizer, const Naive& fresh, double tolerance) {
  const Tensor x = optimizer.parameters()[0];
  Values numbers = array_of(x).data;
  std::vector<Naive> naive(numbers.size(), fresh);
  for (uint64_t step = 0; step < 8; ++step) {
    optimizer.zero_grad();
    if (step % 3 != 2) {
      const Tensor g = normal(x.shape(), 100 + step, x.dtype());
      x.set_grad(g);
      const Values gradient = array_of(g).data;
      for (size_t i = 0; i < numbers.size(); ++i) naive[i].step(numbers[i], gradient[i]);
    }
    optimizer.step();
    const reference::NdArray want{{x.shape().begin(), x.shape().end()}, numbers};
    CHECK(difference(array_of(x), want, tolerance) == "");
  }
}

const std::vector<SgdConfig> sgd_configs = {
    {},
    {.lr = 0.1},
    {.lr = 0.1, .weight_decay = 0.3},
    {.lr = 0.1, .momentum = 0.9},
    {.lr = 0.1, .momentum = 0.9, .dampening = 0.5, .weight_decay = 0.3},
    {.lr = 0.1, .dampening = 0.5},
    {.lr = 0.1, .momentum = 0.8, .weight_decay = 0.3, .nesterov = true}};
const std::vector<AdamConfig> adam_configs = {{},
                                              {.lr = 0.1},
                                              {.lr = 0.1, .beta1 = 0.5, .beta2 = 0.6, .eps = 0.1},
                                              {.lr = 0.1, .beta1 = 0, .beta2 = 0},
                                              {.lr = 0.1, .weight_decay = 0.3},
                                              {.lr = 0.1, .beta2 = 0.6, .amsgrad = true}};
const std::vector<RmspropConfig> rmsprop_configs = {
    {},
    {.lr = 0.1, .alpha = 0.6, .weight_decay = 0.3},
    {.lr = 0.1, .momentum = 0.8},
    {.lr = 0.1, .alpha = 0.6, .centered = true},
    {.lr = 0.1, .alpha = 0.6, .eps = 0.1, .weight_decay = 0.3, .momentum = 0.8, .centered = true}};
const std::vector<AdagradConfig> adagrad_configs = {
    {},
    {.lr = 0.1, .lr_decay = 0.5, .weight_decay = 0.3},
    {.lr = 0.1, .initial_accumulator_value = 2, .eps = 0.1}};
const std::vector<LionConfig> lion_configs = {
    {}, {.lr = 0.1, .beta1 = 0.5, .beta2 = 0.6, .weight_decay = 0.3}};

/// The configurations of one optimizer against its definition, in f64 and f32.
template <class Kind, class Naive, class Config>
void check_definition(const std::vector<Config>& configs, double f32_tolerance) {
  for (const Config& config : configs) {
    for (const DType dtype : {DType::f64, DType::f32}) {
      Kind optimizer({normal({3, 5}, 1, dtype).requires_grad_()}, config);
      check_against(optimizer, Naive{config}, dtype == DType::f64 ? 1e-13 : f32_tolerance);
    }
  }
}

}  // namespace

TEST_CASE("Optimizers change every element by their definitions") {
  check_definition<SGD, NaiveSgd>(sgd_configs, 2e-6);
  check_definition<RMSprop, NaiveRmsprop>(rmsprop_configs, 2e-5);
  check_definition<Adagrad, NaiveAdagrad>(adagrad_configs, 2e-6);
  check_definition<Lion, NaiveLion>(lion_configs, 2e-6);
}

TEST_CASE("A centered RMSprop survives a variance that rounds below 0, and notices a NaN") {
  const Tensor x = leaf({1}), y = leaf({1});
  RMSprop optimizer({x, y}, {.lr = 1e-3, .alpha = 0.5, .centered = true});
  for (int step = 0; step < 200; ++step) {
    x.set_grad(full({1}, 0.1, DType::f64));
    y.set_grad(full({1}, step == 3 ? std::nan("") : 0.1, DType::f64));
    optimizer.step();
  }
  CHECK(std::isfinite(x.item()));
  CHECK(std::isnan(y.item()));
}

TEST_CASE("Adam and AdamW change every element by their definitions") {
  for (const AdamConfig& config : adam_configs) {
    for (const DType dtype : {DType::f64, DType::f32}) {
      const double tolerance = dtype == DType::f64 ? 1e-13 : 4e-6;
      Adam adam({normal({3, 5}, 1, dtype).requires_grad_()}, config);
      check_against(adam, NaiveAdam{config, false}, tolerance);
      AdamW adamw({normal({3, 5}, 1, dtype).requires_grad_()}, config);
      check_against(adamw, NaiveAdam{config, true}, tolerance);
    }
  }
}

TEST_CASE("Optimizers give PyTorch's parameters after each of five to twenty steps to 1e-12") {
  std::ifstream file(std::filesystem::path(HEED_SOURCE_DIR) / "tests/golden/optim.json");
  std::ostringstream text;
  text << file.rdbuf();
  const Json golden = parse_json(text.str());
  CHECK(golden["cases"].size() > 30);
  for (const Json& one : golden["cases"]) {
    INFO(one["name"]);
    std::vector<Tensor> parameters;
    for (const Json& start : one["params"]) {
      parameters.push_back(tensor_from_json(start, "start").requires_grad_());
    }
    const auto optimizer =
        make_optimizer(one["optim"].get<std::string>(), one["config"], parameters);
    for (const Json& step : one["steps"]) {
      for (size_t i = 0; i < parameters.size(); ++i) {
        parameters[i].set_grad(tensor_from_json(step["grads"][i], "gradient"));
      }
      optimizer->step();
      for (size_t i = 0; i < parameters.size(); ++i) {
        CHECK(difference(parameters[i], tensor_from_json(step["params"][i], "want"), 1e-12) == "");
      }
    }
  }
}

TEST_CASE("A group's learning rate and weight decay are those of an optimizer of its own") {
  const auto pair = [] {
    const std::vector<Tensor> tensors{normal({3, 1}, 1).requires_grad_(),
                                      normal({5, 2}, 2).requires_grad_()};
    for (const Tensor& x : tensors) x.set_grad(normal(x.shape(), 3));
    return tensors;
  };
  const auto check = [&]<class Kind, class Config>(const Config& base) {
    const auto together = pair(), alone = pair();
    const std::vector<ParameterGroup> groups{
        {.parameters = {{"a", together[0]}}},
        {.parameters = {{"b", together[1]}}, .lr_factor = 0.5, .weight_decay = 0}};
    Kind(groups, base).step();
    Kind({alone[0]}, base).step();
    Config changed = base;
    changed.lr *= 0.5;
    changed.weight_decay = 0;
    Kind({alone[1]}, changed).step();
    for (size_t i = 0; i < 2; ++i) CHECK(bit_difference(together[i], alone[i]) == "");
  };
  check.operator()<SGD>(SgdConfig{.lr = 0.1, .momentum = 0.9, .weight_decay = 0.3});
  check.operator()<Adam>(AdamConfig{.lr = 0.1, .weight_decay = 0.3});
  check.operator()<AdamW>(AdamConfig{.lr = 0.1, .weight_decay = 0.3});
  check.operator()<RMSprop>(RmspropConfig{.lr = 0.1, .weight_decay = 0.3});
  check.operator()<Adagrad>(AdagradConfig{.lr = 0.1, .weight_decay = 0.3});
  check.operator()<Lion>(LionConfig{.lr = 0.1, .weight_decay = 0.3});
  check.operator()<Muon>(MuonConfig{.lr = 0.1, .weight_decay = 0.3});
}

TEST_CASE("An optimizer can be composed of tensor ops") {
  const Tensor x = normal({3, 5}, 1).requires_grad_(), still = leaf({1, 2});
  SignSGD optimizer({x, still}, 0.1, 0.3);
  Values numbers = values(x);
  for (uint64_t step = 0; step < 4; ++step) {
    x.set_grad(normal(x.shape(), 100 + step));
    const Values g = values(x.grad());
    for (size_t i = 0; i < numbers.size(); ++i) {
      numbers[i] -= 0.1 * ((g[i] > 0 ? 1 : -1) + 0.3 * numbers[i]);
    }
    optimizer.step();
    CHECK(difference(array_of(x), {{3, 5}, numbers}, 1e-13) == "");
  }
  CHECK(values(still) == Values{1, 2});
}

TEST_CASE("A parameter without a gradient is unchanged, and so is its state") {
  const Tensor a = normal({3}, 1).requires_grad_(), b = normal({3}, 2).requires_grad_();
  AdamW adam({a, b}, {.lr = 0.1, .weight_decay = 0.5});
  const Values before = values(b);
  a.set_grad(normal({3}, 3));
  adam.step();
  CHECK(values(b) == before);
  for (const auto& [name, tensor] : adam.state()) {
    if (name == "0/step") CHECK(tensor.item() == 1);
    if (name.starts_with("1/")) CHECK(bit_difference(tensor, zeros_like(tensor)) == "");
  }
}

TEST_CASE(
    "A step does not depend on the gradient's memory layout, the number of threads or set_lr") {
  const auto stepped = [](const Tensor& gradient, int threads) {
    const Threads guard(threads);
    const Tensor x = normal(gradient.shape(), 1).requires_grad_();
    Adam adam({x}, {.lr = 7});
    adam.set_lr(0.1);
    CHECK(adam.lr() == 0.1);
    x.set_grad(gradient);
    adam.step();
    return x.detach();
  };
  const Tensor transposed = normal({300, 200}, 2).transpose(0, 1);
  const Tensor want = stepped(transposed.clone(), 1);
  CHECK(bit_difference(stepped(transposed, 1), want) == "");
  CHECK(bit_difference(stepped(transposed, 2), want) == "");
}

TEST_CASE("A step is a write that an older graph notices, and leaks nothing") {
  const Held before;
  {
    const Tensor x = normal({3}, 1).requires_grad_();
    SGD sgd({x}, {.lr = 0.1, .momentum = 0.9});
    x.set_grad(normal({3}, 2));
    const uint32_t version = x.storage().version();
    sgd.step();
    CHECK(x.storage().version() == version + 1);
    CHECK(x.grad().defined());
    sgd.zero_grad();
    CHECK_FALSE(x.grad().defined());
  }
  CHECK(Held() == before);
}

TEST_CASE("Optimizers refuse parameters they cannot train and numbers out of range") {
  const Tensor x = leaf({1, 2});
  const auto sgd = [&](std::vector<Tensor> parameters, const SgdConfig& config = {}) {
    return message_of([&] { SGD(std::move(parameters), config); });
  };
  const auto adam = [&](const AdamConfig& config) {
    return message_of([&] { AdamW({x}, config); });
  };
  const double nan = std::nan(""), infinity = INFINITY;
  CHECK(sgd({}) == "SGD: no parameters to train");
  CHECK(sgd({x, zeros({2})}) == "SGD: parameter 1 must be a dense leaf that requires grad");
  CHECK(sgd({Tensor()}) == "SGD: parameter 0 must be a dense leaf that requires grad");
  CHECK(sgd({x.clone()}) == "SGD: parameter 0 must be a dense leaf that requires grad");
  CHECK(sgd({normal({2, 3}, 1).transpose(0, 1).requires_grad_()}) ==
        "SGD: parameter 0 must be a dense leaf that requires grad");
  CHECK(sgd({x, x}) == "SGD: parameters 0 and 1 are the same tensor");
  Tensor view = slice(x.detach(), 0, 1, 2), other = slice(x.detach(), 0, 0, 1);
  view.requires_grad_();
  other.requires_grad_();
  CHECK(sgd({x, view}) ==
        "SGD: parameters 0 and 1 share elements, which a step would change twice");
  CHECK(sgd({view, other}) == "no error");
  CHECK(sgd({x}, {.lr = -1}) == "SGD: lr must be finite and at least 0, got -1");
  CHECK(sgd({x}, {.lr = nan}) == "SGD: lr must be finite and at least 0, got nan");
  CHECK(sgd({x}, {.momentum = -1}) == "SGD: momentum must be finite and at least 0, got -1");
  CHECK(sgd({x}, {.dampening = nan}) == "SGD: dampening must be finite, got nan");
  CHECK(sgd({x}, {.weight_decay = infinity}) ==
        "SGD: weight_decay must be finite and at least 0, got inf");
  CHECK(sgd({x}, {.nesterov = true}) == "SGD: nesterov needs a momentum above 0 and dampening 0");
  CHECK(sgd({x}, {.momentum = 0.9, .dampening = 0.1, .nesterov = true}) ==
        "SGD: nesterov needs a momentum above 0 and dampening 0");
  CHECK(adam({.lr = infinity}) == "AdamW: lr must be finite and at least 0, got inf");
  CHECK(adam({.beta1 = 1}) == "AdamW: beta1 must be in [0, 1), got 1");
  CHECK(adam({.beta2 = -0.1}) == "AdamW: beta2 must be in [0, 1), got -0.1");
  CHECK(adam({.eps = nan}) == "AdamW: eps must be finite and at least 0, got nan");
  CHECK(adam({.weight_decay = -1}) == "AdamW: weight_decay must be finite and at least 0, got -1");
  const auto refusal = [&]<class Kind, class Config>(const Config& config) {
    return message_of([&] { Kind({x}, config); });
  };
  CHECK(refusal.operator()<RMSprop>(RmspropConfig{.alpha = 1.1}) ==
        "RMSprop: alpha must be in [0, 1], got 1.1");
  CHECK(refusal.operator()<RMSprop>(RmspropConfig{.momentum = nan}) ==
        "RMSprop: momentum must be finite and at least 0, got nan");
  CHECK(refusal.operator()<Adagrad>(AdagradConfig{.lr_decay = -1}) ==
        "Adagrad: lr_decay must be finite and at least 0, got -1");
  CHECK(refusal.operator()<Adagrad>(AdagradConfig{.initial_accumulator_value = infinity}) ==
        "Adagrad: initial_accumulator_value must be finite and at least 0, got inf");
  CHECK(refusal.operator()<Lion>(LionConfig{.beta1 = 1}) == "Lion: beta1 must be in [0, 1), got 1");
  const auto groups = [&](const std::vector<ParameterGroup>& given) {
    return message_of([&] { SGD(given, {}); });
  };
  const Tensor y = leaf({1, 2});
  CHECK(groups({{{{"w", x}}}, {{{"w", y}}}}) == "SGD: two parameters are named w");
  CHECK(groups({{{{"w", x}}}, {{{"v", x}}}}) == "SGD: parameters w and v are the same tensor");
  CHECK(groups({{{{"w", zeros({2})}}}}) ==
        "SGD: parameter w must be a dense leaf that requires grad");
  CHECK(groups({{{{"w", x}}, nan}}) == "SGD: lr_factor must be finite and at least 0, got nan");
  CHECK(groups({{{{"w", x}}, 1, -1.0}}) ==
        "SGD: weight_decay must be finite and at least 0, got -1");
  SGD fine({x}, {});
  CHECK(message_of([&] { fine.set_lr(nan); }) == "SGD: lr must be finite and at least 0, got nan");
}

}  // namespace heed::testing::optimizer_test

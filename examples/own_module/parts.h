// Parts of a model that are not heed's: main.cpp registers each in one line.
#pragma once

#include "heed/examples/cli/program.h"
#include "heed/heed.h"

/// A block without norms: x + attention(x), then x + W x.
struct PlainBlock : heed::Layer<PlainBlock> {
  heed::AnyAttention attention;
  heed::Linear linear;

  PlainBlock(const heed::Slot& slot, const heed::TransformerBlockConfig& config,
             const heed::AttentionFactory& make, const heed::AttentionFactory& /*cross*/)
      : Layer(slot),
        attention(make({this, "attention"})),
        linear({this, "linear"}, config.d_model, config.d_model) {}

  heed::Tensor forward(const heed::Tensor& x, const heed::BlockCall& call) {
    const heed::Tensor y = x + attention(x, x, x, {.mask = call.mask, .cache = call.cache});
    return y + linear(y);
  }
  std::vector<heed::PlacedAttention> attentions() { return {{path() + ".attention", &attention}}; }
};

/// x / max |x| · scale, over the last axis.
struct MaxNorm : heed::Layer<MaxNorm> {
  heed::Parameter scale;

  MaxNorm(const heed::Slot& slot, int64_t width)
      : Layer(slot), scale({this, "scale"}, {width}, heed::init::ones()) {}
  heed::Tensor forward(const heed::Tensor& x) {
    return x / (amax(abs(x), {-1}, true) + 1e-5) * scale;
  }
};

inline heed::AnyTensorModule make_max_norm(const heed::Slot& slot,
                                           const heed::NormOptions& options) {
  return heed::make_any<heed::AnyTensorModule, MaxNorm>(slot, options.width);
}

/// x + t·direction, t being the position.
struct LinearPositions : heed::Layer<LinearPositions> {
  heed::Parameter direction;

  LinearPositions(const heed::Slot& slot, int64_t /*length*/, int64_t width)
      : Layer(slot), direction({this, "direction"}, {width}, heed::init::normal(0.1)) {}
  heed::Tensor forward(const heed::Tensor& x, int64_t first) {
    const auto begin = static_cast<double>(first), end = static_cast<double>(first + x.size(-2));
    return x + heed::arange(begin, end, 1, x.dtype()).unsqueeze(1) * direction;
  }
};

/// θ ← θ − lr·sign(∂L/∂θ): Bernstein et al. 2018.
class SignSGD : public heed::Optimizer {
 public:
  SignSGD(const heed::ParameterGroups& groups, const heed::OptimizerRates& rates)
      : Optimizer("SignSGD", groups, rates.lr, 0) {}
  void update(std::span<const Change> changes) override {
    for (const Change& c : changes) add_(c.parameter, sign(c.gradient), -c.lr);
  }
};

inline std::unique_ptr<heed::Optimizer> make_signsgd(const heed::ParameterGroups& groups,
                                                     const heed::OptimizerRates& rates) {
  return std::make_unique<SignSGD>(groups, rates);
}

// One whole training step, in which every allocation may fail.
#include <memory>
#include <new>

#include "heed/framework/base/random_scope.h"
#include "heed/framework/ops/loss.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/optim/adam.h"
#include "heed/framework/optim/clip.h"
#include "heed/modules/attention/my_mha.h"
#include "heed/modules/embedding.h"
#include "heed/modules/linear.h"
#include "heed/modules/transformer/block.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::training_step_test {
namespace {

struct Net : Layer<Net> {
  Embedding tokens{{this, "tokens"}, 5, 8};
  TransformerBlock block;
  Linear output{{this, "output"}, 8, 5};

  explicit Net(const Slot& slot)
      : Layer(slot),
        block({this, "block"}, {.d_model = 8, .d_ff = 16, .dropout = 0.1},
              [](const Slot& place) { return make_attention<MyMHA>(place, 8, 8, 4, 4, 2); }) {}
  Tensor forward(const Tensor& ids) { return output(block(tokens(ids))); }
};

std::vector<std::vector<float>> bits_of(const std::vector<Tensor>& tensors) {
  std::vector<std::vector<float>> bits;
  for (const Tensor& tensor : tensors) {
    bits.push_back(tensor.to(DType::f32).contiguous().to_vector<float>());
  }
  return bits;
}

std::vector<Tensor> all_state(const Net& net, const Optimizer& optimizer) {
  std::vector<Tensor> all = net.parameters();
  for (const auto& [name, tensor] : optimizer.state()) all.push_back(tensor);
  return all;
}

}  // namespace

TEST_CASE("a training step changes all or nothing, whichever allocation fails") {
  const Held before;
  {
    Net net(Slot::root());
    Rng rng(stream(3, Purpose::user));
    net.reset_parameters(rng);
    AdamW optimizer(net.parameters(), {.lr = 0.01});
    const Tensor ids = randint(0, 5, {2, 6}, rng);
    const auto step = [&] {
      const RandomScope scope(RandomPosition{.seed = 1, .step = 2});
      const Tensor logits = net(ids);
      const Tensor loss = cross_entropy(logits.reshape({12, 5}), ids.reshape({12}));
      loss.backward();
      clip_grad_norm(net.parameters(), 0.5);
      optimizer.step();
      optimizer.zero_grad();
    };
    const auto untouched = bits_of(all_state(net, optimizer));
    const Held start;
    int64_t failures = 0;
    for (int64_t n = 1;; ++n) {
      fail_allocation(n);
      bool failed = false;
      try {
        step();
      } catch (const std::bad_alloc&) {
        failed = true;
      }
      fail_allocation(0);
      if (!failed) break;
      ++failures;
      INFO("allocation " << n);
      REQUIRE(bits_of(all_state(net, optimizer)) == untouched);
      int64_t with_gradient = 0;
      for (const Tensor& parameter : net.parameters()) {
        with_gradient += parameter.grad().defined() ? 1 : 0;
      }
      // All of backward, or none of it; what failed after it may have been clipping.
      REQUIRE((with_gradient == 0 || with_gradient == int64_t(net.parameters().size())));
      optimizer.zero_grad();
      REQUIRE(Held() == start);
    }
    CHECK(failures > 200);
    CHECK(bits_of(all_state(net, optimizer)) != untouched);
  }
  CHECK(Held() == before);
}

}  // namespace heed::testing::training_step_test

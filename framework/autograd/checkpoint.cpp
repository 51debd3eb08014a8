#include "heed/framework/autograd/checkpoint.h"

#include <memory>

#include "heed/framework/autograd/backward.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/autograd/record.h"
#include "heed/framework/base/random_scope.h"
#include "heed/framework/kernels/copy.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

using Function = std::function<Tensor(const std::vector<Tensor>&)>;

/// What backward needs to recompute it. Behind a pointer, because a pullback must move
/// without throwing.
struct Again {
  Function function;
  std::vector<Saved> inputs;
  RandomScope::State random;
};

}  // namespace

Tensor detail::checkpoint_all(Function function, std::vector<Tensor> inputs) {
  if (!is_grad_enabled()) return function(inputs);
  auto again = std::make_shared<Again>(Again{function, {}, RandomScope::state()});
  for (const Tensor& input : inputs) again->inputs.emplace_back(input);
  Tensor output;
  {
    const NoGrad guard;
    output = function(inputs);
    // An input, a parameter or a view of one must not become the result of this op.
    if (output.impl()->node || !output.storage().is_unique()) {
      output = kernels::contiguous_copy(output);
    }
  }
  // The function may use parameters that are not inputs. A leaf of our own keeps the node alive
  // for them when no input requires grad.
  inputs.push_back(zeros({}, output.dtype()).requires_grad_());
  return record("checkpoint", output, inputs, [again](const Tensor& g, const Wanted&) {
    const RandomScope scope(again->random);
    Tensor recomputed;
    {
      const GradMode recording(true);
      recomputed = again->function({again->inputs.begin(), again->inputs.end()});
    }
    if (recomputed.requires_grad()) {
      splice(recomputed, g);
    } else {  // no gradient is needed: a throw-away leaf takes it
      splice(zeros_like(g).requires_grad_(), g);
    }
    return Gradients();
  });
}

}  // namespace heed

// "Isn't this just one huge single head, cleverly written?"
//
// The projections are one big matrix, but each head has a softmax of its own: two heads can look at
// two places at once. One head of the same total width has one distribution for all of its values.
#include <cmath>

#include "heed/examples/attention/claims.h"
#include "heed/modules/attention/multi_head_attention.h"

using namespace heed;
using namespace answers;

namespace {

constexpr int64_t D = 8, L = 6;

/// The same parameters, used as H heads.
std::unique_ptr<MultiHeadAttention> with_heads(const NamedTensors& state, int64_t H) {
  return multi_head_of({.D_1 = D, .H = H}, state);
}

/// Shannon's entropy of the first row of the weights: 0 looks at one place, log L at all.
double entropy(const Tensor& weights) {
  return -sum(weights * log(weights + 1e-300), {-1}).to_vector<double>().at(0);
}

/// Two heads that look at two places: what each asks for is set by hand.
void two_places_at_once() {
  constexpr double sharp = 60;
  const Tensor keys = eye(2, DType::f64);  // two positions, distinguished by one number each
  const Tensor values = from_values(std::vector<double>{10, 20}, {2, 1});
  const Tensor asks = keys * sharp;  // head 0 asks for place 0, head 1 for place 1
  const Tensor apart = softmax(matmul(asks, keys.transpose(0, 1)), -1);
  const Tensor both = softmax(sum(matmul(asks, keys.transpose(0, 1)), {0}, true), -1);
  const Tensor two = matmul(apart, values), one = matmul(both, values);
  show("two heads bring ", two.select(0, 0).item(), " and ", two.select(0, 1).item(),
       "; one head that asks for both brings ", one.select(0, 0).item());
  claim(std::abs(two.select(0, 0).item() - 10) < 1e-9 &&
            std::abs(two.select(0, 1).item() - 20) < 1e-9,
        "two heads look at two places, and each brings what is there");
  claim(std::abs(one.select(0, 0).item() - 15) < 1e-9,
        "one head that looks at both brings their mean");
}

void program() {
  MultiHeadAttention many(Slot::root(), {.D_1 = D, .H = 4});
  fill(many, 1);
  const auto one = with_heads(many.state_dict(), 1);
  const Tensor x = numbers({1, L, D}, 2) * 3.0;
  Tensor weights_of_many, weights_of_one;
  AttentionCall call_many, call_one;
  call_many.weights = &weights_of_many;
  call_one.weights = &weights_of_one;
  const double off = distance(many(x, x, x, call_many), (*one)(x, x, x, call_one));
  show("the same ", many.num_parameters(), " numbers as 4 heads and as 1: outputs differ by up to ",
       off);
  show("weights are ", weights_of_many.shape(), " and ", weights_of_one.shape());
  show("entropy of the first query's weights: ", entropy(weights_of_many), " in head 0, ",
       entropy(weights_of_one), " in the big head");
  claim(off > 1e-3, "4 heads and 1 big head compute different things with the same parameters");
  two_places_at_once();
}

}  // namespace

int main() {
  return run(program);
}

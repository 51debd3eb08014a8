// Attention forward and backward with nothing but the library.
#include <iostream>

#include "heed/heed.h"
#include "heed/modules/modules.h"

int main() {
  using namespace heed;
  Rng rng(stream(/*seed=*/0, Purpose::user));
  MyMHA attention(Slot::root(), /*D_1=*/8, /*D_2=*/8, /*D_qk=*/4, /*D_v=*/4, /*H=*/2);
  attention.reset_parameters(rng);
  const Tensor x = randn({2, 3, 8}, rng);
  mean(square(attention(x, x))).backward();
  double largest = 0;
  for (const auto& [path, parameter] : attention.named_parameters()) {
    largest = std::max(largest, amax(abs(parameter.grad())).item());
  }
  std::cout << "heed: the largest gradient is " << largest << "\n";
  return largest > 0 ? 0 : 1;
}

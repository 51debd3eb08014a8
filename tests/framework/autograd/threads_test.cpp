// Independent graphs on several threads that read the same parameters.
#include <thread>

#include "heed/framework/autograd/backward.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/reduce.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::threads_test {
namespace {

constexpr size_t thread_count = 4;

template <class Body>
void on_each_thread(const Body& body) {
  std::vector<std::thread> threads;
  for (size_t t = 0; t < thread_count; ++t) threads.emplace_back([&body, t] { body(t); });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

TEST_CASE("threads share parameters and get the gradients of one thread") {
  const Held before;
  {
    const heed::testing::Threads pool(2);
    const Tensor w = normal({40, 40}, 1).requires_grad_();
    const Tensor b = normal({40}, 2).requires_grad_();
    const auto gradients = [&](uint64_t seed) {
      const Tensor x = normal({30, 40}, seed);
      const Tensor y = sum(tanh(matmul(x, w) + b) * x);
      const auto g = grad(std::vector{y}, std::vector{w, b}, {}, {.create_graph = true});
      Values all = values(g[0]);
      const Values second = values(grad(sum(square(g[0])), b));
      all.insert(all.end(), second.begin(), second.end());
      return all;
    };
    std::vector<Values> want(thread_count), got(thread_count);
    for (size_t t = 0; t < thread_count; ++t) want[t] = gradients(t);
    on_each_thread([&](size_t t) {
      for (int round = 0; round < 5; ++round) got[t] = gradients(t);
    });
    for (size_t t = 0; t < thread_count; ++t) CHECK(got[t] == want[t]);
    CHECK_FALSE(w.grad().defined());
  }
  CHECK(Held() == before);
}

TEST_CASE("threads with leaves of their own run backward at once") {
  const Held before;
  std::vector<char> right(thread_count, 0);
  on_each_thread([&](size_t t) {
    const Tensor x = full({100}, static_cast<double>(t), DType::f64).requires_grad_();
    for (int round = 0; round < 20; ++round) sum(x * x).backward();
    right[t] = values(x.grad()) == Values(100, 40 * static_cast<double>(t)) ? 1 : 0;
  });
  CHECK(right == std::vector<char>(thread_count, 1));
  CHECK(Held() == before);
}

TEST_CASE("recording is a property of the thread") {
  const NoGrad guard;
  bool enabled = false;
  std::thread([&] { enabled = is_grad_enabled(); }).join();
  CHECK(enabled);
}

TEST_CASE("a graph may be built on one thread, swept on a second and released on a third") {
  const Tensor x = normal({10}, 1).requires_grad_();
  const Held before;
  {
    Tensor y, gradient;
    std::thread([&] { y = sum(tanh(x) * x); }).join();
    std::thread([&] { gradient = grad(y, x); }).join();
    CHECK(values(gradient) == values(grad(sum(tanh(x) * x), x)));
    std::thread([&] {
      y = Tensor();
      gradient = Tensor();
    }).join();
  }
  CHECK(Held() == before);
}

}  // namespace heed::testing::threads_test

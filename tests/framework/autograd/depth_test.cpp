// Graphs of a million nodes (a tenth under AddressSanitizer: still far more than a small stack has
// room for) in a small stack: forward, backward, release.
#include <pthread.h>

#include <exception>
#include <functional>

#include "heed/framework/autograd/backward.h"
#include "heed/framework/autograd/record.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/case/sanitized.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::depth_test {
namespace {

constexpr int nodes = heed::testing::address_sanitized ? 100'000 : 1'000'000;
constexpr size_t stack_bytes = 256 * 1024;

/// Runs `body` in a thread with a small stack and rethrows what it throws.
void in_small_stack(const std::function<void()>& body) {
  struct Call {
    const std::function<void()>& body;
    std::exception_ptr error;
  } call{body, nullptr};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  REQUIRE(pthread_attr_setstacksize(&attributes, stack_bytes) == 0);
  pthread_t thread;
  const auto run = [](void* argument) -> void* {
    auto* self = static_cast<Call*>(argument);
    try {
      self->body();
    } catch (...) {
      self->error = std::current_exception();
    }
    return nullptr;
  };
  REQUIRE(pthread_create(&thread, &attributes, run, &call) == 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  if (call.error) std::rethrow_exception(call.error);
}

/// One node after another, each keeping its input and its output.
Tensor chain(const Tensor& x) {
  Tensor y = x;
  for (int i = 0; i < nodes; ++i) {
    y = record("link", y.detach(), {{y, [saved = Saved(y)](const Tensor& g, const Tensor& out) {
                                       return saved->shape() == out.shape() ? g : Tensor();
                                     }}});
  }
  return y;
}

/// Each node is used twice by the next; the gradients 3/4 and 1/4 add up to 1.
Tensor ladder(const Tensor& x) {
  Tensor y = x;
  for (int i = 0; i < nodes; ++i) {
    y = record("rung", y.detach(),
               {{y, [](const Tensor& g) { return g * 0.75; }},
                {y, [saved = Saved(y)](const Tensor& g) { return g * 0.25; }}});
  }
  return y;
}

using Make = Tensor (*)(const Tensor&);

}  // namespace

TEST_CASE("chains and ladders of a million nodes are swept and released in a small stack") {
  const Held before;
  for (const Make make : {Make{chain}, Make{ladder}}) {
    Values from_backward, from_grad;
    in_small_stack([&] {
      const Tensor x = heed::testing::leaf({2});
      make(x).backward();
      from_backward = values(x.grad());
      const Tensor y = make(x);
      from_grad = values(grad(y, x));
      const Tensor never_swept = make(x);
      const Tensor retained = make(x);
      retained.backward({}, {.retain_graph = true});
    });
    CHECK(from_backward == Values{1});
    CHECK(from_grad == Values{1});
    CHECK(Held() == before);
  }
  release_cached_memory();
}

TEST_CASE("a million public ops with saved outputs are swept and released in a small stack") {
  const Held before;
  Values gradient;
  in_small_stack([&] {
    const Tensor x = heed::testing::leaf({0});
    Tensor y = x;
    for (int i = 0; i < nodes; ++i) y = tanh(y);
    y.backward();
    gradient = values(x.grad());
  });
  CHECK(gradient == Values{1});
  CHECK(Held() == before);
  release_cached_memory();
}

TEST_CASE("a sweep that fails in the middle of a long chain releases it in a small stack") {
  const Held before;
  in_small_stack([&] {
    const Tensor x = heed::testing::leaf({1});
    const Tensor start = record("fails", x.detach(), {{x, [](const Tensor&) { return Tensor(); }}});
    try {
      chain(start).backward();
    } catch (const GradientError&) {
    }
  });
  CHECK(Held() == before);
  release_cached_memory();
}

}  // namespace heed::testing::depth_test

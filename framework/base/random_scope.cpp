#include "heed/framework/base/random_scope.h"

#include <utility>

namespace heed {
namespace {

thread_local constinit RandomScope* innermost = nullptr;

}  // namespace

RandomScope::RandomScope(const RandomPosition& position) : RandomScope(State{position}) {}

RandomScope::RandomScope(State state)
    : state_(std::move(state)), outer_(std::exchange(innermost, this)) {}

RandomScope::~RandomScope() {
  innermost = outer_;
}

RandomScope& RandomScope::current() {
  if (innermost == nullptr) {
    thread_local RandomScope fallback{RandomPosition{}};
    innermost = &fallback;
  }
  return *innermost;
}

RandomStream RandomScope::next_stream(Purpose purpose, uint64_t site) {
  State& state = current().state_;
  const RandomPosition& at = state.position;
  const int64_t use = state.uses[site]++;
  return stream(at.seed, purpose, at.step, at.micro_step, site, use);
}

RandomScope::State RandomScope::state() {
  return current().state_;
}

}  // namespace heed

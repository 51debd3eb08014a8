// RandomScope: which stream a use of a site gets.
#include "heed/framework/base/random_scope.h"

#include <thread>

#include "heed/tests/support/catch.h"

namespace heed::testing::random_scope_test {
namespace {

constexpr uint64_t site = 17;

RandomStream next() {
  return RandomScope::next_stream(Purpose::dropout, site);
}

}  // namespace

TEST_CASE("The stream of a use is a function of seed, step, micro-step, site and number of use") {
  const RandomScope scope(RandomPosition{5, 6, 7});
  CHECK(next() == stream(5, Purpose::dropout, 6, 7, site, 0));
  CHECK(next() == stream(5, Purpose::dropout, 6, 7, site, 1));
  CHECK(RandomScope::next_stream(Purpose::dropout, 18) == stream(5, Purpose::dropout, 6, 7, 18, 0));
  CHECK(next() == stream(5, Purpose::dropout, 6, 7, site, 2));
}

TEST_CASE("Scopes nest: the innermost applies, the outer one continues where it was") {
  const RandomScope outer(RandomPosition{1, 1, 1});
  const RandomStream first = next();
  {
    const RandomScope inner(RandomPosition{1, 1, 1});
    CHECK(next() == first);
    CHECK(next() == stream(1, Purpose::dropout, 1, 1, site, 1));
  }
  CHECK(next() == stream(1, Purpose::dropout, 1, 1, site, 1));
}

TEST_CASE(
    "A state that is put back gives the same streams again, and the running one is as it was") {
  const RandomScope outer(RandomPosition{1, 2, 3});
  next();
  const RandomScope::State state = RandomScope::state();
  const RandomStream second = next(), third = next();
  {
    const RandomScope again(state);
    CHECK(next() == second);
    CHECK(next() == third);
    next();
  }
  CHECK(next() == stream(1, Purpose::dropout, 2, 3, site, 3));
  CHECK(state.uses.at(site) == 1);
}

TEST_CASE("A scope that an exception leaves is gone") {
  const RandomScope outer(RandomPosition{1, 2, 3});
  try {
    const RandomScope inner(RandomPosition{9, 9, 9});
    throw 1;
  } catch (int) {
  }
  CHECK(next() == stream(1, Purpose::dropout, 2, 3, site, 0));
}

TEST_CASE("Outside of all scopes a thread has numbers that go on, of seed 0, and scopes its own",
          "[threads]") {
  const RandomScope elsewhere(RandomPosition{1, 2, 3});
  std::thread([] {
    CHECK(next() == stream(0, Purpose::dropout, 0, 0, site, 0));
    {
      const RandomScope scope(RandomPosition{4, 5, 6});
      CHECK(next() == stream(4, Purpose::dropout, 5, 6, site, 0));
    }
    CHECK(next() == stream(0, Purpose::dropout, 0, 0, site, 1));
  }).join();
}

}  // namespace heed::testing::random_scope_test

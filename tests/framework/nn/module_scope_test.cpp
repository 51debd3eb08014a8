// Where errors say that they happened.
#include "heed/framework/base/scope.h"
#include "heed/framework/nn/module_list.h"
#include "heed/framework/ops/matmul.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::module_scope_test {
namespace {

/// Fails when it is called, or when it is told to.
struct Fragile : Layer<Fragile> {
  explicit Fragile(const Slot& slot) : Layer(slot) {}
  Tensor forward(const Tensor& x, bool fail = true) {
    if (fail) throw ValueError("broken");
    return x;
  }
};

/// Calls its second part even if its first failed.
struct Forgiving : Layer<Forgiving> {
  Fragile first, second;
  std::string in_between;
  explicit Forgiving(const Slot& slot)
      : Layer(slot), first({this, "first"}), second({this, "second"}) {}
  Tensor forward(const Tensor& x) {
    try {
      first(x);
    } catch (const ValueError&) {
      in_between = Scope::path();
    }
    return second(x);
  }
};

}  // namespace

TEST_CASE("An error names the path of the innermost module that was being called") {
  Forgiving root(Slot::root());
  const Tensor x = ones({2});
  CHECK(message_of([&] { root(x); }) == "broken (in second)");
  CHECK(root.in_between == "Forgiving");
  CHECK(message_of([&] { root.first(x); }) == "broken (in first)");
  ModuleList<Forgiving> list(Slot::root());
  list.add();
  CHECK(message_of([&] { list[0](x); }) == "broken (in 0.second)");
  CHECK(list[0].in_between == "0");
  Fragile alone(Slot::root());
  CHECK(message_of([&] { alone(x); }) == "broken (in Fragile)");
}

TEST_CASE("After an exception no scope is left, and errors outside of modules name none") {
  Forgiving root(Slot::root());
  CHECK_THROWS_AS(root(ones({2})), ValueError);
  CHECK(Scope::path().empty());
  CHECK(message_of([] {
          matmul(ones({2, 3}), ones({2, 3}));
        }) == "matmul: inner dimensions differ: [2, 3] @ [2, 3] (3 != 2)");
}

TEST_CASE("A call passes on any arguments and what forward returns") {
  struct Counter : Layer<Counter> {
    int count = 0;
    explicit Counter(const Slot& slot) : Layer(slot) {}
    int& forward(int by, std::unique_ptr<int> more) { return count += by + *more; }
  };
  Counter counter(Slot::root());
  int& count = counter(2, std::make_unique<int>(3));
  CHECK(count == 5);
  CHECK(&count == &counter.count);
  Fragile fragile(Slot::root());
  const Tensor x = ones({2});
  CHECK(fragile(x, false).is_same(x));
}

}  // namespace heed::testing::module_scope_test

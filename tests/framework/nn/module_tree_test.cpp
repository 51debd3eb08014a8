// The tree of modules: names and paths, what stands in it and in which order, how it is built and
// taken down.
#include "heed/framework/nn/init.h"
#include "heed/framework/nn/module_list.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/modules/linear.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::module_tree_test {
namespace {

/// A module with a parameter, a child and a buffer, in this order.
struct Part : Layer<Part> {
  Parameter scale;
  Linear inner;
  Buffer table;
  explicit Part(const Slot& slot)
      : Layer(slot),
        scale({this, "scale"}, {2}, init::ones()),
        inner({this, "inner"}, 2, 3),
        table({this, "table"}, ones({4})) {}
  Tensor forward(const Tensor& x) { return inner(x * scale); }
};

/// Two Parts.
struct Pair : Layer<Pair> {
  Part left, right;
  explicit Pair(const Slot& slot) : Layer(slot), left({this, "left"}), right({this, "right"}) {}
};

std::string names_of(const NamedTensors& tensors) {
  std::string text;
  for (const auto& [name, tensor] : tensors) text += name + " ";
  return text;
}

/// A module with a child of a given name.
struct Named : Layer<Named> {
  Linear child;
  Named(const Slot& slot, const std::string& name) : Layer(slot), child({this, name}, 2, 3) {}
};

/// Two members of one name, the second of a given kind.
template <class Member>
struct Twice : Layer<Twice<Member>> {
  Linear first;
  Member second;
  template <class... Arguments>
  explicit Twice(const Slot& slot, const Arguments&... arguments)
      : Layer<Twice>(slot), first({this, "part"}, 2, 3), second({this, "part"}, arguments...) {}
};

}  // namespace

TEST_CASE("Parameters, buffers and modules come in the order of their registration, by path") {
  Pair pair(Slot::root());
  CHECK(names_of(pair.named_parameters()) ==
        "left.scale left.inner.weight left.inner.bias right.scale right.inner.weight "
        "right.inner.bias ");
  CHECK(names_of(pair.named_buffers()) == "left.table right.table ");
  CHECK(pair.num_parameters() == 2 * (2 + 6 + 3));
  std::string paths;
  for (const Module* module : pair.modules()) paths += module->path_or_type() + " ";
  CHECK(paths == "Pair left left.inner right right.inner ");
  CHECK(pair.path().empty());
  CHECK(pair.right.inner.path() == "right.inner");
  CHECK(pair.right.inner.name() == "inner");
}

TEST_CASE("The class of a module names it wherever it is declared") {
  struct Local : Layer<Local> {
    explicit Local(const Slot& slot) : Layer(slot) {}
  };
  CHECK(Local(Slot::root()).type_name() == "Local");
  CHECK(Part(Slot::root()).type_name() == "Part");
}

TEST_CASE("A name that is empty, has a dot or is taken is refused, and the parent stays clean") {
  CHECK(message_of([] { Named(Slot::root(), ""); }) ==
        "Named: a member's name must not be empty or contain a dot, got \"\"");
  CHECK(message_of([] { Named(Slot::root(), "a.b"); }) ==
        "Named: a member's name must not be empty or contain a dot, got \"a.b\"");
  for (const auto& [name, shown] :
       std::vector<std::pair<std::string, std::string>>{{std::string("a\0b", 3), "a?b"},
                                                        {"\x1b[31m", "?[31m"},
                                                        {"a\nb", "a?b"},
                                                        {"caf\xc3", "caf?"},
                                                        {"\xff", "?"},
                                                        {"\u202egnp", "?gnp"}}) {
    CHECK(message_of([&, given = name] { Named(Slot::root(), given); }) ==
          "Named: a member's name must be UTF-8 without control characters, got \"" + shown + "\"");
  }
  CHECK(message_of([] { Named(Slot::root(), "__metadata__"); }) ==
        "Named: files of tensors reserve the name \"__metadata__\"");
  CHECK(message_of([] { Slot(nullptr, "\x1b"); }) ==
        "Slot: a member's name must be UTF-8 without control characters, got \"?\"");
  CHECK(names_of(Named(Slot::root(), "W_\u03b1 1").named_parameters()) ==
        "W_\u03b1 1.weight W_\u03b1 1.bias ");
  CHECK(message_of([] { Twice<Linear>(Slot::root(), 2, 3); }) ==
        "Twice: two members are named \"part\"");
  CHECK(message_of([] { Twice<Parameter>(Slot::root(), Shape{2}, init::ones()); }) ==
        "Twice: two members are named \"part\"");
  CHECK(message_of([] { Twice<Buffer>(Slot::root(), ones({2})); }) ==
        "Twice: two members are named \"part\"");
  ModuleList<Named> list(Slot::root());
  CHECK(message_of([&] { list.add(std::string("a.b")); }) ==
        "0: a member's name must not be empty or contain a dot, got \"a.b\"");
  CHECK(list.size() == 0);
  CHECK(list.modules().size() == 1);
  list.add(std::string("fine"));
  CHECK(names_of(list.named_parameters()) == "0.fine.weight 0.fine.bias ");
}

TEST_CASE("Parameters and buffers cannot be roots, and a buffer has a value") {
  CHECK(message_of([] { Parameter(Slot::root(), {2}, init::ones()); }) ==
        "Parameter: belongs to a module, it cannot be a root");
  CHECK(message_of([] { Buffer(Slot::root(), ones({2})); }) ==
        "Buffer: belongs to a module, it cannot be a root");
  Pair pair(Slot::root());
  CHECK(message_of([&] { Buffer(Slot(&pair, "empty"), Tensor()); }) == "Pair: empty has no value");
  CHECK(names_of(pair.named_buffers()) == "left.table right.table ");
}

TEST_CASE("A constructor that throws half-way takes its members out of the tree, without a leak") {
  struct Failing : Layer<Failing> {
    Part first;
    Linear second;
    explicit Failing(const Slot& slot)
        : Layer(slot), first({this, "first"}), second({this, "second"}, 2, -1) {}
  };
  const Held before;
  {
    Pair pair(Slot::root());
    const Held with_pair;
    CHECK(message_of([&] {
            Failing({&pair, "failing"});
          }) == "Linear: out must be at least 1, got -1");
    CHECK(pair.modules().size() == 5);
    CHECK(Held() == with_pair);
    const Part again({&pair, "failing"});
    CHECK(pair.modules().size() == 7);
  }
  CHECK(Held() == before);
}

TEST_CASE("A member that goes before its parent leaves the tree, in any order") {
  Pair pair(Slot::root());
  auto a = std::make_unique<Linear>(Slot(&pair, "a"), 2, 3);
  auto b = std::make_unique<Linear>(Slot(&pair, "b"), 2, 3);
  std::optional<Parameter> c;
  c.emplace(Slot(&pair, "c"), Shape{1}, init::ones());
  CHECK(pair.num_parameters() == 22 + 9 + 9 + 1);
  a.reset();
  CHECK(pair.num_parameters() == 22 + 9 + 1);
  c.reset();
  CHECK(pair.num_parameters() == 22 + 9);
  b.reset();
  CHECK(pair.num_parameters() == 22);
  const Linear again({&pair, "a"}, 1, 1);
  CHECK(pair.num_parameters() == 24);
}

TEST_CASE("A ModuleList owns its items, names them by number and keeps derived ones") {
  struct Wide : Linear {
    explicit Wide(const Slot& slot) : Linear(slot, 2, 30) {}
  };
  ModuleList<Linear> list(Slot::root());
  Linear& first = list.add(2, 3);
  list.add<Wide>();
  CHECK(list.size() == 2);
  CHECK(&list[0] == &first);
  CHECK(list[1].weight->shape() == Shape{30, 2});
  CHECK(names_of(list.named_parameters()) == "0.weight 0.bias 1.weight 1.bias ");
  CHECK(list.type_name() == "ModuleList");
  CHECK_THROWS_AS(list[2], std::out_of_range);
}

TEST_CASE("Sequential calls its modules in turn") {
  Sequential net(Slot::root());
  net.add<Linear>(2, 5);
  net.add<Linear>(5, 3, Bias::none);
  Rng rng(stream(1, Purpose::user));
  net.reset_parameters(rng);
  net.to(DType::f64);
  const Tensor x = normal({4, 2}, 1);
  CHECK(net(x).shape() == Shape{4, 3});
  CHECK(names_of(net.named_parameters()) == "0.weight 0.bias 1.weight ");
  Sequential nothing(Slot::root());
  CHECK(nothing(x).is_same(x));
}

TEST_CASE("train and eval reach all below, and what joins later") {
  Pair pair(Slot::root());
  CHECK(pair.right.inner.training());
  pair.eval();
  for (const Module* module : pair.modules()) CHECK_FALSE(module->training());
  const Linear late({&pair, "late"}, 2, 3);
  CHECK_FALSE(late.training());
  pair.left.train();
  CHECK(pair.left.inner.training());
  CHECK_FALSE(pair.right.inner.training());
  CHECK_FALSE(pair.training());
}

TEST_CASE("apply visits children first, in the order of their registration") {
  Pair pair(Slot::root());
  std::string visited;
  pair.apply([&](Module& module) { visited += module.path_or_type() + " "; });
  CHECK(visited == "left.inner left right.inner right Pair ");
}

TEST_CASE("The summary shows every module and parameter with its size") {
  const Pair pair(Slot::root());
  CHECK(pair.summary() ==
        "Pair (22 parameters)\n"
        "  left: Part (11 parameters)\n"
        "    scale: f32 [2]\n"
        "    inner: Linear (9 parameters)\n"
        "      weight: f32 [3, 2]\n"
        "      bias: f32 [3]\n"
        "  right: Part (11 parameters)\n"
        "    scale: f32 [2]\n"
        "    inner: Linear (9 parameters)\n"
        "      weight: f32 [3, 2]\n"
        "      bias: f32 [3]\n");
}

}  // namespace heed::testing::module_tree_test

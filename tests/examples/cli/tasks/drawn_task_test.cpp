// Tasks that draw their examples: each target is what a dull rule says, and follows from what
// stands before it.
#include <algorithm>
#include <map>
#include <set>

#include "heed/tests/examples/cli/tasks/task_support.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::drawn_task_test {
namespace {

/// The rows of everything that a batch holds, one behind the other.
std::vector<Symbols> whole(const Batch& batch) {
  std::vector<Symbols> all = rows(batch.inputs);
  const auto targets = rows(batch.targets);
  for (size_t i = 0; i < all.size(); ++i) {
    all[i].insert(all[i].end(), targets[i].begin(), targets[i].end());
  }
  return all;
}

/// Calls check(input, target) for many examples, trained on and held out.
template <class Check>
void for_examples(const std::string& section, Check check) {
  const auto task = make_task(section, 300, 1);
  for (const Batch& batch :
       {task->training_batch(1, 200), task->training_batch(2, 200), all_held_out(*task)}) {
    const auto inputs = rows(batch.inputs);
    const auto targets = rows(batch.targets);
    for (size_t i = 0; i < inputs.size(); ++i) check(inputs[i], targets[i]);
  }
}

TEST_CASE("a quarter of a small space is held out, and training meets all the rest", "[program]") {
  struct Space {
    std::string section;
    int64_t size, held_out;
  };
  // 3·2·1 orders of two different symbols and one spare, at three places; 2·1 keys, 2·2 values and
  // 2·1 queries; 55 sums of one digit, counted as 50; 2³ noises.
  for (const Space& space :
       {Space{R"({"type": "induction", "symbols": 3, "length": 5, "segment": 2})", 18, 4},
        Space{R"({"type": "recall", "pairs": 2, "keys": 2, "values": 2})", 16, 4},
        Space{R"({"type": "addition", "digits": 1})", 55, 12},
        Space{R"({"type": "noise", "symbols": 2, "length": 2})", 8, 2}}) {
    INFO(space.section);
    const auto task = make_task(space.section, 2000);
    REQUIRE(task->evaluation_size() == space.held_out);
    std::set<Symbols> trained;
    for (int64_t step = 1; step <= 40; ++step) {
      for (const Symbols& example : whole(task->training_batch(step, 32))) trained.insert(example);
    }
    if (space.section.find("addition") == std::string::npos) {
      CHECK(static_cast<int64_t>(trained.size()) == space.size - space.held_out);
    }
  }
}

TEST_CASE("the decoder reads a start symbol and then the answer, one step late", "[program]") {
  const auto task = make_task(R"({"type": "seq2seq_reverse", "symbols": 7, "length": 5})", 50);
  const TaskShape shape = task->shape();
  CHECK(shape.attends == Attends::encoder_decoder);
  CHECK(shape.answer_symbols == 8);
  CHECK(shape.answer_length == 5);
  const Batch batch = task->training_batch(1, 60);
  const auto read = rows(batch.decoder_inputs);
  const auto said = rows(batch.targets);
  for (size_t i = 0; i < read.size(); ++i) {
    CHECK(read[i][0] == 7);
    CHECK(Symbols(read[i].begin() + 1, read[i].end()) ==
          Symbols(said[i].begin(), said[i].end() - 1));
  }
}

TEST_CASE("induction: what follows is what followed the only earlier occurrence", "[program]") {
  std::set<std::pair<size_t, size_t>> places;
  for_examples(R"({"type": "induction"})", [&](const Symbols& input, const Symbols& target) {
    size_t counted = 0, first_place = 0, offset = 0;
    for (size_t t = 0; t < input.size(); ++t) {
      std::vector<size_t> earlier;
      for (size_t j = 0; j < t; ++j) {
        if (input[j] == input[t]) earlier.push_back(j);
      }
      REQUIRE(earlier.size() <= 1);
      // Any symbol that is there a second time, but for the last of its segment.
      const bool goes_on = !earlier.empty() && t + 1 < input.size() &&
                           input[earlier[0] + 1] == input[t + 1] && earlier[0] + 1 < t;
      REQUIRE((target[t] != ignored_target) == goes_on);
      if (!goes_on) continue;
      CHECK(target[t] == input[earlier[0] + 1]);
      if (counted++ == 0) {
        first_place = t;
        offset = t - earlier[0];
      }
      CHECK(t - earlier[0] == offset);
    }
    CHECK(counted == 7);
    places.insert({first_place, offset});
  });
  // 153 places and offsets are possible, more than a position could tell.
  CHECK(places.size() > 120);
  std::set<size_t> starts, offsets;
  for (const auto& [start, offset] : places) {
    starts.insert(start);
    offsets.insert(offset);
  }
  CHECK(*starts.begin() == 8);
  CHECK(*starts.rbegin() == 24);
  CHECK(*offsets.begin() == 8);
  CHECK(*offsets.rbegin() == 24);
}

TEST_CASE("recall: each key that is asked for has the value that it was paired with", "[program]") {
  const std::string section =
      R"({"type": "recall", "pairs": 3, "queries": 2, "keys": 5, "values": 4})";
  for_examples(section, [](const Symbols& input, const Symbols& target) {
    REQUIRE(input.size() == 8);
    std::map<int64_t, int64_t> said;
    for (size_t i = 0; i < 6; i += 2) {
      CHECK(input[i] < 5);
      CHECK(input[i + 1] >= 5);
      said[input[i]] = input[i + 1];
    }
    CHECK(said.size() == 3);
    CHECK(std::count(target.begin(), target.end(), ignored_target) == 6);
    CHECK(input[6] != input[7]);
    for (const size_t i : {size_t{6}, size_t{7}}) CHECK(target[i] == said.at(input[i]) - 5);
  });
}

TEST_CASE("addition: the sum, digit by digit from the last one", "[program]") {
  for_examples(R"({"type": "addition"})", [](const Symbols& input, const Symbols& target) {
    REQUIRE(input.size() == 11);
    const auto number = [](const int64_t* digit, int count) {
      int64_t value = 0;
      for (int i = count; i-- > 0;) value = 10 * value + digit[i];
      return value;
    };
    CHECK(input[3] == 10);
    CHECK(input[7] == 11);
    CHECK(std::count(target.begin(), target.begin() + 7, ignored_target) == 7);
    CHECK(number(&target[7], 4) == number(&input[0], 3) + number(&input[4], 3));
    CHECK(Symbols(input.begin() + 8, input.end()) == Symbols(target.begin() + 7, target.end() - 1));
  });
}

TEST_CASE("addition: no sum is held out in one order and trained on in the other", "[program]") {
  const auto task = make_task(R"({"type": "addition", "digits": 2})", 500);
  std::set<Symbols> held_out;
  for (const Symbols& input : rows(all_held_out(*task).inputs)) {
    held_out.insert({input[0], input[1], input[3], input[4]});
  }
  for (int64_t step = 1; step <= 50; ++step) {
    for (const Symbols& input : rows(task->training_batch(step, 64).inputs)) {
      REQUIRE_FALSE(held_out.contains({input[0], input[1], input[3], input[4]}));
      REQUIRE_FALSE(held_out.contains({input[3], input[4], input[0], input[1]}));
    }
  }
}

TEST_CASE("noise: the next symbol, which nothing tells", "[program]") {
  std::vector<int> pairs(100);
  for_examples(R"({"type": "noise"})", [&](const Symbols& input, const Symbols& target) {
    CHECK(Symbols(input.begin() + 1, input.end()) == Symbols(target.begin(), target.end() - 1));
    for (size_t i = 0; i < input.size(); ++i) {
      ++pairs[static_cast<size_t>(10 * input[i] + target[i])];
    }
  });
  // 700 · 16 pairs of neighbours, 112 of each kind.
  for (const int count : pairs) CHECK(std::abs(count - 112) < 5 * 11);
}

TEST_CASE("symbols of addition are shown as they are written", "[program]") {
  const auto task = make_task(R"({"type": "addition"})", 10);
  CHECK(task->tokenizer().input_text(7) == "7");
  CHECK(task->tokenizer().input_text(10) == "+");
  CHECK(task->tokenizer().input_text(11) == "=");
  CHECK(make_task(R"({"type": "noise"})", 10)->tokenizer().target_text(9) == "9");
}

TEST_CASE("noise of one symbol has enough sequences", "[program]") {
  CHECK(make_task(R"({"type": "noise", "symbols": 3, "length": 1})", 100)->evaluation_size() > 0);
}

}  // namespace
}  // namespace heed::testing::drawn_task_test

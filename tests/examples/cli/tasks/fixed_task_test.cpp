// Tasks with a fixed set of examples: modular addition, text files, files of pairs.
#include <map>
#include <set>

#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/examples/cli/tasks/task_support.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::fixed_task_test {
namespace {

std::string quoted(const std::string& text) {
  return '"' + text + '"';
}

std::string text_section(const Folder& folder, const std::string& rest = "") {
  return R"({"type": "text", "path": )" + quoted(folder / "a.txt") + rest + "}";
}

std::string pairs_section(const Folder& folder, const std::string& rest = "") {
  return R"({"type": "pairs", "path": )" + quoted(folder / "a.tsv") + rest + "}";
}

/// The symbols of a row in words.
std::string said(const Task& task, const Symbols& symbols) {
  std::string text;
  for (const int64_t symbol : symbols) {
    if (symbol != ignored_target) text += task.tokenizer().target_text(symbol) + " ";
  }
  return text;
}

std::string asked(const Task& task, const Symbols& symbols) {
  std::string text;
  for (const int64_t symbol : symbols) text += task.tokenizer().input_text(symbol) + " ";
  return text;
}

TEST_CASE("modular addition: a share of all pairs is trained on, the rest is held out",
          "[program]") {
  const auto task = make_task(R"({"type": "modular_addition", "modulus": 7})", 1000);
  CHECK(task->shape().symbols == 8);
  CHECK(task->shape().classes == 7);
  CHECK(task->shape().length == 3);
  CHECK(task->training_set_size() + task->evaluation_size() == 49);
  std::map<std::pair<int64_t, int64_t>, std::string> sides;
  const auto check = [&](const Batch& batch, const std::string& side) {
    const auto inputs = rows(batch.inputs);
    const auto targets = rows(batch.targets);
    for (size_t i = 0; i < inputs.size(); ++i) {
      CHECK(inputs[i][2] == 7);
      CHECK(targets[i] ==
            Symbols{ignored_target, ignored_target, (inputs[i][0] + inputs[i][1]) % 7});
      const auto [place, is_new] = sides.emplace(std::pair(inputs[i][0], inputs[i][1]), side);
      CHECK(place->second == side);
    }
  };
  check(task->training_set_batch(0, task->training_set_size()), "trained");
  check(all_held_out(*task), "held out");
  CHECK(sides.size() == 49);
  for (const auto& [pair, side] : sides) CHECK(sides.at({pair.second, pair.first}) == side);
  std::set<Symbols> seen;
  for (int64_t step = 1; step <= 20; ++step) {
    const Batch batch = task->training_batch(step, 32);
    check(batch, "trained");
    for (const Symbols& input : rows(batch.inputs)) seen.insert(input);
  }
  CHECK(static_cast<int64_t>(seen.size()) == task->training_set_size());
  CHECK(task->tokenizer().input_text(7) == "=");
}

TEST_CASE("modular addition: the share counts pairs in any order", "[program]") {
  const auto trained = [](const std::string& share) {
    return make_task(
               R"({"type": "modular_addition", "modulus": 20, "train_fraction": )" + share + "}",
               1000)
        ->training_set_size();
  };
  CHECK(std::abs(trained("0.25") - 100) <= 10);
  CHECK(std::abs(trained("0.75") - 300) <= 10);
}

TEST_CASE("text: windows of characters, the end of the file never trained on", "[program]") {
  const Folder folder;
  std::string text;  // every position can be told from its neighbours
  for (int i = 100; i < 300; ++i) text += std::to_string(i) + (i % 2 == 0 ? "é" : "\n");
  folder.write("a.txt", text);  // 800 characters
  const auto task = make_task(text_section(folder, R"(, "length": 10, "held_out": 0.25)"), 1000);
  CHECK(task->shape().symbols == 12);
  CHECK(task->shape().classes == 12);
  CHECK(task->shape().length == 10);
  CHECK(task->evaluation_size() == 19);  // (200 − 1) / 10
  CHECK(task->tokenizer().input_text(0) == "⏎");
  CHECK(task->tokenizer().input_text(1) == "0");
  CHECK(task->tokenizer().target_text(11) == "é");
  CHECK(task->tokenizer().vocabulary() ==
        R"(["\n", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "é"])"
        "\n");
  std::string shown;  // the file as the rows show it
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') {
      shown += "⏎ ";
    } else if (text.substr(i, 2) == "é") {
      shown += "é ";
      ++i;
    } else {
      shown += std::string(1, text[i]) + " ";
    }
  }
  const size_t border = shown.find("2 5 0 é ");  // 600 characters stand before
  std::set<Symbols> starts;
  for (int64_t step = 1; step <= 200; ++step) {
    const Batch batch = task->training_batch(step, 50);
    const auto inputs = rows(batch.inputs);
    const auto targets = rows(batch.targets);
    for (size_t i = 0; i < inputs.size(); ++i) {
      Symbols window = inputs[i];
      window.push_back(targets[i].back());
      REQUIRE(Symbols(window.begin() + 1, window.end()) == targets[i]);
      const size_t at = shown.find(asked(*task, window));
      REQUIRE(at + asked(*task, window).size() <= border);
      starts.insert(inputs[i]);
    }
  }
  CHECK(starts.size() == 590);
  std::string held_out;
  for (const Symbols& input : rows(all_held_out(*task).inputs)) held_out += asked(*task, input);
  CHECK(shown.substr(border, held_out.size()) == held_out);
  CHECK(rows(make_task(text_section(folder, R"(, "length": 10)"), 3)->evaluation_batch(0, 3).inputs)
            .size() == 3);
}

TEST_CASE("text: the shortest file that is enough", "[program]") {
  const Folder folder;
  folder.write("a.txt", std::string(100, 'x'));
  CHECK(make_task(text_section(folder, R"(, "length": 9)"), 100)->evaluation_size() == 1);
}

TEST_CASE("pairs: words get numbers, shorter lines are padded", "[program]") {
  const Folder folder;
  folder.write("a.tsv", "b a\tx y\nc\tx\r\n\nb a\tx y\na  a b \tz\n");
  const auto task = make_task(pairs_section(folder, R"(, "held_out": 0.01)"), 1000);
  const TaskShape shape = task->shape();
  CHECK(shape.attends == Attends::encoder_decoder);
  CHECK(shape.symbols == 3);
  CHECK(shape.length == 3);
  CHECK(shape.classes == 4);
  CHECK(shape.answer_symbols == 4);
  CHECK(shape.answer_length == 3);
  CHECK(task->evaluation_size() == 1);
  CHECK(task->training_set_size() == 2);
  CHECK(task->tokenizer().vocabulary() == R"({
  "source": ["a", "b", "c"],
  "target": ["x", "y", "z"]
}
)");
  std::set<std::string> all;
  const Batch held_out = all_held_out(*task);
  const Batch trained = task->training_set_batch(0, 2);
  for (const Batch& batch : {held_out, trained}) {
    const auto inputs = rows(batch.inputs);
    const auto targets = rows(batch.targets);
    const auto read = rows(batch.decoder_inputs);
    for (size_t i = 0; i < inputs.size(); ++i) {
      size_t length = inputs[i].size();
      if (batch.lengths.defined()) {
        length = static_cast<size_t>(batch.lengths.to_vector<int64_t>()[i]);
      }
      const Symbols source(inputs[i].begin(), inputs[i].begin() + static_cast<int64_t>(length));
      all.insert(asked(*task, source) + "> " + said(*task, targets[i]));
      for (size_t j = length; j < inputs[i].size(); ++j) CHECK(inputs[i][j] == 0);
      CHECK(read[i][0] == 3);
      for (size_t j = 1; j < read[i].size(); ++j) {
        CHECK(read[i][j] == (targets[i][j] == ignored_target ? 0 : targets[i][j - 1]));
      }
    }
  }
  CHECK(all == std::set<std::string>{"b a > x y <end> ", "c > x <end> ", "a a b > z <end> "});
  CHECK(trained.lengths.defined());
}

TEST_CASE("pairs: a source is on one side with all its targets", "[program]") {
  const Folder folder;
  std::string text;
  for (int i = 0; i < 100; ++i) {
    for (const char* target : {"\tp\n", "\tq\n", "\tp\n"}) text += "w" + std::to_string(i) + target;
  }
  folder.write("a.tsv", text);
  const auto held_out = [&](uint64_t seed, int64_t wanted) {
    const auto task = make_task(pairs_section(folder, R"(, "held_out": 0.2)"), wanted, seed);
    std::map<int64_t, int> sources;
    for (const Symbols& input : rows(all_held_out(*task).inputs)) ++sources[input[0]];
    for (int64_t step = 1; step <= 20; ++step) {
      for (const Symbols& input : rows(task->training_batch(step, 32).inputs)) {
        REQUIRE_FALSE(sources.contains(input[0]));
      }
    }
    return sources;
  };
  CHECK(held_out(0, 1000).size() == 20);
  for (const auto& [source, count] : held_out(0, 1000)) CHECK(count == 2);
  CHECK(held_out(0, 1000) == held_out(0, 1000));
  CHECK(held_out(0, 1000) != held_out(1, 1000));
  CHECK(held_out(0, 4).size() == 2);
}

TEST_CASE("pairs: characters instead of words", "[program]") {
  const Folder folder;
  folder.write("a.tsv", "a b\té\nab\t日本\n");
  const auto task = make_task(pairs_section(folder, R"(, "tokens": "characters")"), 10);
  CHECK(task->tokenizer().vocabulary() == R"({
  "source": [" ", "a", "b"],
  "target": ["é", "日", "本"]
}
)");
  CHECK(task->tokenizer().input_text(0) == "␣");
  CHECK(task->shape().length == 3);
  CHECK(task->shape().answer_length == 3);
}

}  // namespace
}  // namespace heed::testing::fixed_task_test

// The command line itself: help, mistakes, and the commands other than `train`.
#include <regex>

#include "heed/examples/cli/runs/commit.h"
#include "heed/examples/cli/runs/version.h"
#include "heed/examples/cli/tasks/sequence_tasks.h"
#include "heed/framework/base/text.h"
#include "heed/framework/kernels/gemm/blas.h"
#include "heed/framework/kernels/peak.h"
#include "heed/framework/kernels/simd/target.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/modules/linear.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::program_command_test {
namespace {

std::string result_of(const std::vector<std::string>& arguments) {
  const Ended ended = run_heed(Folder(), arguments);
  CHECK(ended.exit_code == 0);
  CHECK(ended.err.empty());
  return ended.out;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("help and version are results", "[program]") {
  CHECK(result_of({"--version"}) == version_text() + "\n");
  const std::string version = "heed 0.2.0, commit " + source_commit() + ", ";
  CHECK(version_text() ==
        version + kernels::simd_target() + ", BLAS " + kernels::blas_info().kernels);
  const std::string help = result_of({"--help"});
  for (const char* word : {"train", "validate", "tasks", "info", "--version"}) {
    CHECK(contains(help, word));
  }
  const std::string train = result_of({"train", "--help"});
  for (const char* word : {"--set", "--out", "--threads", "train.lr", "model.d_model", "EXIT"}) {
    CHECK(contains(train, word));
  }
}

TEST_CASE("tasks and attentions are listed with their keys", "[program]") {
  const std::string listing = result_of({"tasks"});
  for (const char* word :
       {"copy", "reverse", "sort", "cross_reverse", "seq2seq_reverse", "induction", "recall",
        "addition", "modular_addition", "text", "noise", "pairs", "symbols", "length", "my_mha",
        "heads", "d_qk", "d_v", "none"}) {
    CHECK(contains(listing, word));
  }
}

TEST_CASE("every configuration that is shipped is valid and says what it shows", "[program]") {
  size_t count = 0;
  for (const std::string& path : shipped_configs()) {
    INFO(path);
    const Folder folder;
    link_configs(folder);
    const Ended valid = run_heed(folder, {"validate", path});
    CHECK(valid.exit_code == 0);
    CHECK(valid.out.starts_with(path + ": valid: task "));
    const Ended ended = run_heed(folder, {"train", path, "--out", "run", "--set", "train.steps=1",
                                          "--set", "train.eval_sequences=10"});
    CHECK(ended.exit_code == 0);
    CHECK(contains(folder.read("configs/" + std::filesystem::path(path).filename().string()),
                   "\"about\": "));
    ++count;
  }
  CHECK(count >= 14);
}

TEST_CASE("info names processor, kernels, speed and threads", "[program]") {
  const std::string info = result_of({"info"});
  for (const char* word :
       {"heed ", "cpu ", "simd ", "blas ", "GFLOP/s", "FMA peak", "threads ", "memory "}) {
    CHECK(contains(info, word));
  }
}

TEST_CASE("the peak is measured and its target named", "[program]") {
  CHECK(kernels::measure_peak_gflops() > 0.1);
  CHECK_FALSE(kernels::simd_target().empty());
}

/// Attends to everything evenly: an attention from outside.
struct MeanAttention : Layer<MeanAttention> {
  Linear value;
  const double scale;
  MeanAttention(const Slot& slot, int64_t D_1, int64_t D_2, double factor)
      : Layer(slot), value({this, "value"}, D_2, D_1), scale(factor) {}
  Tensor forward(const Tensor& x) { return value(x) * scale; }
  static constexpr AttentionAbilities abilities{};
  Tensor attend(const Tensor&, const Tensor& key, const Tensor&, const AttentionCall&) {
    return (*this)(key);
  }
};

struct MeanKeys : Keys {
  Value<double> scale{this, {.path = "scale", .fallback = 1.0, .help = "of the values"}};
};

TEST_CASE("an attention and a task from outside have the whole command line", "[program]") {
  Registry registry = builtin_registry();
  registry.attentions.add<MeanKeys>(
      "mean", "no query at all",
      [](const MeanKeys& keys, const Slot& slot, const AttentionWidths& widths) {
        return make_attention<MeanAttention>(slot, widths.D_1, widths.D_2, *keys.scale);
      });
  add_sequence_task(registry.tasks, "rotate", "say the sequence from the second symbol on",
                    [](const Sequence& source) {
                      Sequence rotated(source.begin() + 1, source.end());
                      rotated.push_back(source.front());
                      return rotated;
                    });
  const Folder folder;
  folder.write("config.json", R"({"task": {"type": "rotate", "length": 5},
    "model": {"d_model": 8, "attention": {"type": "mean", "scale": 0.5}},
    "train": {"steps": 2, "batch_size": 4, "eval_sequences": 10}})");
  CHECK(run_heed(folder, {"train", "config.json"}, registry).exit_code == 0);
  CHECK(folder.has("runs/rotate-1/metrics.jsonl"));
  const Ended listing = run_heed(folder, {"tasks"}, registry);
  CHECK(contains(listing.out, "rotate"));
  CHECK(contains(listing.out, "scale"));
}

struct GreetArguments {
  std::string name;
  int64_t times = 1;
};

Options greet_options(GreetArguments& arguments) {
  return {Option::argument("NAME", &arguments.name, "whom"),
          Option::value("--times", &arguments.times, "N", "how often; default 1").at_least(1)};
}

void run_greet(const Program& program, const GreetArguments& arguments) {
  for (int64_t i = 0; i < arguments.times; ++i) std::printf("hello %s\n", arguments.name.c_str());
  std::printf("%zu commands\n", program.commands.size());
}

Command greet_command() {
  return {.name = "greet",
          .stage = Stage::refer,
          .summary = "say hello",
          .description = "A command from outside.",
          .examples = {{"heed greet you", "greets you"}},
          .call = calling(greet_options, run_greet)};
}

TEST_CASE("a command from outside is one of heed's", "[program]") {
  const Folder folder;
  const auto run = [&](const std::vector<std::string>& arguments) {
    return run_heed(folder, arguments, builtin_registry(), {greet_command()});
  };
  const std::string count = std::to_string(builtin_commands().size() + 1);
  CHECK(run({"greet", "you", "--times", "2"}).out ==
        "hello you\nhello you\n" + count + " commands\n");
  CHECK(run({"greet"}).err == "heed greet: NAME is required; see heed greet --help\n");
  CHECK(
      run({"greet", "you", "--time"}).err ==
      "heed greet: unknown option: \"--time\"; did you mean \"--times\"?; see heed greet --help\n");
  CHECK(run({"gret"}).err ==
        "heed: unknown command: \"gret\"; did you mean \"greet\"?; see heed --help\n");
  CHECK(contains(run({"help"}).out, "    greet\n        say hello\n"));
  CHECK(contains(run({"help", "greet"}).out, "    heed greet NAME [--times N]\n"));
  CHECK(contains(run({"completion", "bash"}).out, "greet\\ -*) _heed_words \"--help --times\""));
}

TEST_CASE("a command of the same name takes the place of heed's", "[program]") {
  Command other = greet_command();
  other.name = "info";
  const Ended ended = run_heed(Folder(), {"info", "you"}, builtin_registry(), {other});
  CHECK(ended.out == "hello you\n" + std::to_string(builtin_commands().size()) + " commands\n");
}

TEST_CASE("without a command the commands are listed", "[program]") {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{}, {""}}) {
    const Ended ended = run_heed(Folder(), arguments);
    CHECK(ended.exit_code == 2);
    CHECK(ended.out.empty());
    CHECK(ended.err.starts_with("heed: a command is required:\n"));
    CHECK(ended.err.ends_with("\nheed help COMMAND has its manual page; see heed --help\n"));
    for (const Command& command : builtin_commands()) {
      CHECK(contains(ended.err, "\n  " + command.name + " "));
      CHECK(contains(ended.err, " " + command.summary + "\n"));
    }
  }
}

TEST_CASE("a downstream program appears under its own name", "[program]") {
  const Folder folder;
  const auto run = [&](const std::vector<std::string>& arguments) {
    return run_heed(folder, arguments, builtin_registry(), {greet_command()}, "bin/my-program");
  };
  const std::string page = run({"help", "train"}).out;
  CHECK(page.starts_with("NAME\n    my-program train - train the model"));
  CHECK(contains(page, "`my-program train --resume`"));
  CHECK(contains(page, "\n    my-program train configs/reverse.json\n"));
  CHECK(contains(page, "with heed's names or"));
  for (const Command& command : builtin_commands()) {
    const std::string help = run({"help", command.name}).out;
    INFO(help);
    // but for `./heed`, the script in heed's sources
    CHECK_FALSE(std::regex_search(help, std::regex("(^|[^/])heed " + command.name)));
    for (const std::string& line : lines_of(help)) {
      if (!line.starts_with("    my-program")) CHECK(displayed_width(line) <= 80);  // no example
    }
  }
  CHECK(contains(run({"--help"}).out, "    my-program train mine.json\n"));
  CHECK(run({"--version"}).out == "my-program (" + version_text() + ")\n");
  CHECK(run({"trian"}).err ==
        "my-program: unknown command: \"trian\"; did you mean \"train\"?; see my-program --help\n");
  CHECK(run({"train"}).err ==
        "my-program train: CONFIG is required, or --resume; see my-program train --help\n");
  CHECK(run({"greet"}).err == "my-program greet: NAME is required; see my-program greet --help\n");
  CHECK(contains(run({}).err, "\nmy-program help COMMAND has"));
  const std::string starter = run({"init", "reverse"}).out;
  CHECK(contains(starter, "my-program train FILE --dry-run"));
  CHECK(contains(starter, "(my-program tasks lists the others)"));
  CHECK_FALSE(contains(starter, "heed"));
  CHECK(contains(run({"completion", "bash"}).out, "\ncomplete -F _my_program my-program\n"));
  CHECK(contains(run({"completion", "zsh"}).out, "compdef _my_program my-program\n"));
  CHECK(contains(run({"completion", "fish"}).out, "\ncomplete -c my-program -f\n"));
  CHECK(contains(run({"schema", "--markdown"}).out, "`my-program init TASK` writes one"));
}

TEST_CASE("a command without an action is refused", "[program]") {
  Command idle = greet_command();
  idle.call = {};
  const Ended ended = run_heed(Folder(), {"info"}, builtin_registry(), {idle});
  CHECK(ended.exit_code == 1);
  CHECK(ended.err == "command \"greet\": it has no action; set .call = calling(options, run)\n");
}

}  // namespace
}  // namespace heed::testing::program_command_test

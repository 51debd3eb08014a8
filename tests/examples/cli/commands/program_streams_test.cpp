// What the program does with stdin, stdout and stderr: closed, unreadable, and text that would
// command a terminal.
#include <cstdlib>
#include <string>

#include "heed/examples/cli/tasks/vocabulary.h"
#include "heed/framework/base/text.h"
#include "heed/framework/io/safetensors.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/examples/cli/runs/small_run.h"

namespace heed::testing::program_streams_test {
namespace {

/// Runs `heed` with a rest of a shell's command line; returns the exit code.
int run_in_shell(const Folder& folder, const std::string& rest) {
  const int status = std::system(("cd " + folder.path() + " && " HEED_PROGRAM " " + rest).c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_CASE("closed standard streams never get what is meant for a file", "[program]") {
  const Folder folder;
  folder.write("tiny.json", tiny_config());
  const auto train_with = [&](const std::string& run, const std::string& streams) {
    CAPTURE(streams);
    CHECK(run_in_shell(folder, "train tiny.json --out " + run + " " + streams) == 0);
    const auto lines = json_lines(folder.read(run + "/metrics.jsonl"));  // nothing but JSON
    CHECK(lines.size() == 8);                                            // 6 steps, 2 evaluations
    CHECK(lines_of(folder.read(run + "/log.txt")).size() > 3);
    for (const char c : folder.read(run + "/lock")) CHECK(std::isdigit(c) != 0);
    CHECK(run_in_shell(folder, "eval " + run + " >/dev/null 2>&1") == 0);
  };
  train_with("both", ">&- 2>&-");
  train_with("all", "<&- >&- 2>&-");
  train_with("in", "<&- >/dev/null 2>&1");
  train_with("out", ">&- 2>/dev/null");
  train_with("err", ">/dev/null 2>&-");
}

TEST_CASE("a standard input that cannot be read is a failure", "[program]") {
  const Folder folder;
  train_run(folder, "run", small_config(R"({"type": "reverse", "symbols": 4, "length": 4})"));
  CHECK(run_in_shell(folder, "predict run <run >out 2>err") == 1);
  CHECK(folder.read("out").empty());
  CHECK(folder.read("err") == "stdin: cannot read: Is a directory\n");
  CHECK(run_in_shell(folder, "predict run </dev/null >out 2>err") == 0);
}

/// What a terminal might obey: C0, DEL, C1 (as UTF-8), right-to-left override, an isolate, and a
/// byte that is no UTF-8.
const std::string odd = "\x1b[31m\x07\x7f\xc2\x9b\xe2\x80\xae\xe2\x81\xa6";
const std::string odd_as_json = R"(\u001b[31m\u0007\u007f\u009b\u202e\u2066)";

bool has_controls(const std::string& text) {
  return without_controls(text) != text;
}

TEST_CASE("no text commands a terminal", "[program]") {
  CHECK(without_controls(odd + "\n\ta\xff") == odd_as_json + "\n\ta\\xff");
  CHECK(without_controls("אב é 漢 👩‍🔬") == "אב é 漢 👩‍🔬");
  CHECK(printable(odd) == "?[31m?????");
  CHECK(visible("a b\t\n" + odd) == "a␣b⇥⏎" + odd_as_json);
  const Folder folder;
  const auto check_clean = [&](const Ended& ended) {
    INFO(ended.out << ended.err);
    CHECK(!has_controls(ended.out));
    CHECK(!has_controls(ended.err));
  };
  std::string config = tiny_config(R"(, "about": ["about )" + odd_as_json + R"("])");
  folder.write("odd.json", config);
  const Ended trained = run_heed(folder, {"train", "odd.json", "--out", "run" + odd});
  CHECK(trained.exit_code == 0);
  check_clean(trained);
  CHECK(lines_of(trained.err).front() == "about " + odd_as_json);
  CHECK(!has_controls(folder.read("run" + odd + "/log.txt")));

  save_safetensors(folder / "evil.safetensors", {{"w" + odd, ones({1})}}, {{"k" + odd, odd}});
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"train", "odd.json", "--init", "evil.safetensors"},
           {"inspect", "evil.safetensors"},
           {"inspect", "evil.safetensors", "--json"},
           {"eval", "run" + odd},
           {"eval", odd},
           {"train", odd},
           {"train", "--resume", odd},
           {"train", "odd.json", "--set", "task." + odd + "=3"},
           {"train", "odd.json", "--out", "run" + odd},
           {"predict", "run" + odd, "--input", odd},
           {"predict", "run" + odd, "--input", "0 1 2 3" + odd, "--json"},
           {odd},
           {"train", "--" + odd}}) {
    CAPTURE(arguments);
    check_clean(run_heed(folder, arguments));
  }
}

TEST_CASE("words of a task's data are shown, not obeyed", "[program]") {
  const Folder folder;
  std::string pairs;
  for (int i = 0; i < 40; ++i) {
    pairs += text_of("a", i % 7, " b", odd, "\tx", odd, " y", i % 5, "\n");
  }
  folder.write("pairs.tsv", pairs);
  train_run(folder, "run",
            small_config(R"({"type": "pairs", "path": "pairs.tsv", "tokens": "words"})"));
  for (const std::vector<std::string>& more :
       std::vector<std::vector<std::string>>{{}, {"--json"}, {"--attention"}}) {
    std::vector<std::string> arguments{"predict", "run", "--input", "a1 b" + odd};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ended ended = run_heed(folder, arguments);
    INFO(ended.out << ended.err);
    CHECK(ended.exit_code == 0);
    CHECK(!has_controls(ended.out + ended.err));
  }
  const Ended ended = run_heed(folder, {"eval", "run"});
  CHECK(!has_controls(ended.out + ended.err));
}

}  // namespace
}  // namespace heed::testing::program_streams_test

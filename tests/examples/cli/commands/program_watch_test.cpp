// `heed watch`: what it shows, and that it ends.
#include <fcntl.h>
#include <pty.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "heed/examples/cli/inspect/runs/curve.h"
#include "heed/examples/cli/inspect/runs/live_view.h"
#include "heed/framework/base/text.h"
#include "heed/framework/io/folder.h"
#include "heed/tests/examples/cli/runs/resume_support.h"
#include "heed/tests/examples/cli/runs/small_run.h"

namespace heed::testing::program_watch_test {
namespace {

namespace fs = std::filesystem;

TEST_CASE("a curve has the extremes of its line at their places", "[watch]") {
  const auto lines = drawn_curve({{0, 8}, {1, 4}, {2, 0}}, {{2, 8}}, 31, 5);
  REQUIRE(lines.size() == 5);
  CHECK(lines[0].starts_with("         8│⠉"));
  CHECK(lines[0].ends_with("o"));
  CHECK(lines[3].starts_with("         0│"));
  CHECK(lines[3].ends_with("⣀"));  // the lowest dots on the right
  CHECK(lines[4] == std::string(11, ' ') + "0" + std::string(18, ' ') + "2");
  for (const std::string& line : lines) CHECK(displayed_width(line) == 31);
}

TEST_CASE("a curve of many orders of magnitude is logarithmic", "[watch]") {
  CurvePoints line;
  for (int i = 0; i <= 100; ++i) line.emplace_back(i, std::pow(10.0, -0.1 * i));
  const auto lines = drawn_curve(line, {}, 60, 11);
  CHECK(lines[1].starts_with("       log│"));
  CHECK(lines[9].starts_with("     1e-10│"));
  // In the middle of the height is the middle of the width.
  const size_t first = displayed_width(lines[5].substr(0, lines[5].find("\xE2\xA0")));
  CHECK((first > 30 && first < 38));
}

TEST_CASE("a curve of anything is drawn or nothing", "[watch]") {
  CHECK(drawn_curve({}, {}, 40, 5).empty());
  CHECK(drawn_curve({{1, NAN}, {NAN, 1}, {2, INFINITY}}, {}, 40, 5).empty());
  CHECK(drawn_curve({{5, 3}}, {}, 40, 5).size() == 5);
  CHECK(drawn_curve({{0, -1e308}, {9e15, 1e308}}, {}, 0, 0).size() == 2);
  CHECK(drawn_curve({{0, 5e-324}, {1, 1e308}}, {}, 40, 5).size() == 5);
}

TEST_CASE("heed watch without a terminal shows a run once", "[program][watch]") {
  const Folder folder;
  folder.write("config.json", resumable_config());
  train_well(folder, {"config.json", "--out", "runs/a"});
  const Ended one = run_heed(folder, {"watch", "runs/a"});
  CHECK(one.exit_code == 0);
  CHECK(one.err.empty());
  CHECK(lines_of(one.out).at(0) == "runs/a: reverse, done, step 6/6");
  CHECK(contains(one.out, "│"));
  CHECK(contains(one.out, "\nheld-out at 6: loss "));
  CHECK(contains(one.out, "\ntrain loss "));
  CHECK(!contains(one.out, "\x1b"));

  train_well(folder, {"config.json", "--out", "runs/b", "--set", "train.steps=3"});
  folder.write("runs/b/config.json", "{");
  const auto lines = lines_of(run_heed(folder, {"watch", "runs", "--once"}).out);
  REQUIRE(lines.size() == 3);
  CHECK(lines[1].starts_with("runs/a  [##########]   6/6  done "));
  CHECK(contains(lines[2], "  damaged "));
  CHECK(contains(lines[2], "  config"));
  const auto damaged = lines_of(run_heed(folder, {"watch", "runs/b"}).out);
  CHECK(damaged.at(0) == "runs/b: damaged, step 3");
  CHECK(damaged.at(1).starts_with("config.json: damaged: not JSON at byte 1"));
  CHECK(displayed_width(lines[2]) <= 79);
}

TEST_CASE("heed watch shows hostile runs as they are", "[program][watch]") {
  const Folder folder;
  const std::string name = "\x1b[2J\n\xff\xe2\x80\xae";
  fs::create_directory(folder / name);
  folder.write(name + "/config.json",
               R"({"task":{"type":"\u001b]0;x\u0007"},"train":{"steps":0}})");
  folder.write(name + "/metrics.jsonl",
               "{\"step\":9007199254740992,\"loss\":1e308}\n{\"step\":0,\"loss\":-1e308}\n");
  for (const std::string& path : {name, std::string(".")}) {
    const Ended ended = run_heed(folder, {"watch", path});
    CHECK(ended.exit_code == 0);
    CHECK(!contains(ended.out, "\x1b"));
    CHECK(!contains(ended.out, "\x07"));
    CHECK(!contains(ended.out, "\xe2\x80\xae"));
    CHECK(first_invalid_utf8(ended.out) == ended.out.size());
  }
}

TEST_CASE("the time that is left, of whatever run.json says", "[watch]") {
  const Folder folder;
  folder.write("config.json",
               R"({"task":{"type":"reverse"},"train":{"steps":9223372036854775807}})");
  folder.write("metrics.jsonl", "{\"step\":10,\"loss\":1}\n");
  const FolderLock lock(folder.path(), "lock");
  const auto first_line = [&](const std::string& started, const std::string& first_step) {
    folder.write("run.json", R"({"sessions":[{"end":"running","started":")" + started +
                                 R"(","first_step":)" + first_step + "}]}");
    return live_view({read_watched(folder.path())}, {.columns = 200, .lines = 10}).at(0);
  };
  const std::string time = "2026-01-01T00:00:00Z";
  CHECK(
      contains(first_line(time, "0"), "running, step 10/9223372036854775807, ETA 277777777:46 h"));
  for (const char* first_step : {"-9223372036854775808", "10", "11", "null", "1e99"}) {
    CAPTURE(first_step);
    CHECK(contains(first_line("yesterday", first_step), "running, step 10/9"));
    CHECK(!contains(first_line("yesterday", first_step), "ETA"));
  }
  CHECK(!contains(first_line(time, "-9223372036854775808"), "ETA"));
  CHECK(!contains(first_line(time, "10"), "ETA"));
}

TEST_CASE("of more runs than lines those that go on are shown", "[watch]") {
  std::vector<WatchedRun> runs(30);
  for (size_t i = 0; i < runs.size(); ++i) {
    runs[i].summary.path = "r" + std::to_string(i);
    runs[i].summary.state = i == 29 ? RunState::running : RunState::done;
  }
  const auto lines = live_view(runs, {.columns = 80, .lines = 10});
  REQUIRE(lines.size() == 9);
  CHECK(lines[1].starts_with("r29 "));
  CHECK(lines[2].starts_with("r0 "));
  CHECK(lines[8] == "and 23 more");
}

TEST_CASE("heed watch refuses what is no directory", "[program][watch]") {
  const Folder folder;
  CHECK(refusal(folder, {"watch", "nowhere"}) == "RUN|DIR nowhere: error: no such directory\n");
  const Ended empty = run_heed(folder, {"watch", "."});
  CHECK(empty.exit_code == 0);
  CHECK(empty.err == ".: no runs in or below it\n");
}

/// `heed watch PATH` on a terminal of its own.
class WatchOnTerminal {
 public:
  WatchOnTerminal(const Folder& folder, const char* path) {
    winsize size{.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
    child_ = forkpty(&terminal_, nullptr, nullptr, &size);
    if (child_ != 0) return;
    if (chdir(folder.path().c_str()) != 0) std::_Exit(99);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_DFL);
    setenv("TERM", "xterm", 1);  // on a dumb one nothing is drawn over
    const char* const arguments[] = {"heed", "watch", path};
    const int code = run_program(3, arguments, builtin_registry(), {});
    std::fflush(nullptr);
    std::_Exit(code);
  }
  ~WatchOnTerminal() { close(terminal_); }
  WatchOnTerminal(const WatchOnTerminal&) = delete;

  /// Reads until the text holds `part`, or the program has ended.
  bool read_until(const std::string& part) {
    char piece[4096];
    while (!contains(text, part)) {
      const ssize_t size = read(terminal_, piece, sizeof piece);
      if (size <= 0) return false;
      text.append(piece, static_cast<size_t>(size));
    }
    return true;
  }
  void type(char key) const { CHECK(write(terminal_, &key, 1) == 1); }
  int wait() {
    read_until("never");
    int status = 0;
    waitpid(child_, &status, 0);
    return status;
  }

  std::string text;

 private:
  int terminal_ = -1;
  pid_t child_ = -1;
};

TEST_CASE("heed watch follows a run until it ends, or Ctrl-C", "[program][watch]") {
  const Folder folder;
  folder.write("config.json", resumable_config());
  RunningProgram training(
      folder, {"train", "config.json", "--out", "runs/a", "--set", "train.steps=1000000", "--set",
               "train.checkpoint_every=100000", "--set", "train.eval_every=100"});
  while (!folder.has("runs/a/metrics.jsonl") || folder.read("runs/a/metrics.jsonl").empty()) {
    usleep(1000);
  }
  WatchOnTerminal stopped(folder, "runs/a"), whole(folder, "runs/a"), all(folder, "runs");
  CHECK(stopped.read_until("running, step "));
  stopped.type('\x03');  // Ctrl-C
  const int status = stopped.wait();
  CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGINT));
  CHECK(whole.read_until("\x1b["));
  CHECK(whole.read_until("A"));  // drawn over what was drawn
  training.send(SIGINT);
  training.wait();
  const int ended = whole.wait();
  CHECK((WIFEXITED(ended) && WEXITSTATUS(ended) == 0));
  CHECK(contains(whole.text, "interrupted, step "));
  const int all_ended = all.wait();
  CHECK((WIFEXITED(all_ended) && WEXITSTATUS(all_ended) == 0));
  CHECK(contains(all.text, "interrupted, step "));
}

}  // namespace
}  // namespace heed::testing::program_watch_test

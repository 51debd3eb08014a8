// `heed watch`: looks at runs that go on elsewhere.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "heed/examples/cli/commands/line/command.h"
#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/paths.h"
#include "heed/examples/cli/inspect/runs/live_view.h"
#include "heed/examples/cli/runs/find_runs.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/examples/cli/training/signals.h"
#include "heed/framework/io/folder.h"

namespace heed {
namespace {

struct WatchArguments {
  std::string path;
  bool once = false;
};

Options watch_options(WatchArguments& arguments) {
  return {Option::argument("RUN|DIR", &arguments.path,
                           "a run directory, or a directory with runs in or below it"),
          Option::flag("--once", &arguments.once, "show it once and end")};
}

std::vector<WatchedRun> watched_in(const std::string& path) {
  std::vector<WatchedRun> runs;
  for (const std::string& run : runs_below(path)) runs.push_back(read_watched(run));
  return runs;
}

bool any_goes_on(const std::vector<WatchedRun>& runs) {
  return std::any_of(runs.begin(), runs.end(),
                     [](const WatchedRun& run) { return run.summary.state == RunState::running; });
}

std::string text_of_lines(const std::vector<std::string>& lines, const char* line_end) {
  std::string text;
  for (const std::string& line : lines) text += line + line_end;
  return text;
}

/// Waits, but not for a signal. What takes long to read is read more seldom.
void wait_for_news(std::chrono::steady_clock::duration reading) {
  using std::chrono::milliseconds;
  constexpr auto piece = milliseconds(50);
  constexpr int reading_share = 10;
  const auto pause =
      std::max<std::chrono::steady_clock::duration>(milliseconds(1000), reading * reading_share);
  const auto end = std::chrono::steady_clock::now() + pause;
  while (std::chrono::steady_clock::now() < end) {
    SignalWatch::poll();
    std::this_thread::sleep_for(piece);
  }
}

/// Draws each view over the one before it; the last one stays. No mode of the terminal is changed,
/// so there is nothing to restore however this ends.
void watch_live(const std::string& path) {
  constexpr int most_quiet_looks = 3;  // a sweep needs a moment between two runs
  const SignalWatch signals;
  int quiet_looks = 0;
  for (size_t drawn = 0;;) {
    const auto begun = std::chrono::steady_clock::now();
    const std::vector<WatchedRun> runs = watched_in(path);
    const auto reading = std::chrono::steady_clock::now() - begun;
    const std::vector<std::string> lines = live_view(runs, terminal_size(STDOUT_FILENO));
    const std::string up = drawn > 0 ? fmt::format("\x1b[{}A", drawn) : "";
    draw("\r" + up + text_of_lines(lines, "\x1b[K\n") + "\x1b[J", stdout);
    drawn = lines.size();
    quiet_looks = any_goes_on(runs) ? 0 : quiet_looks + 1;
    if (quiet_looks == (is_run(path) ? 1 : most_quiet_looks)) return;
    wait_for_news(reading);
  }
}

void run_watch(const Program&, const WatchArguments& arguments) {
  const std::string& path = arguments.path;
  if (is_free(path)) refuse("RUN|DIR " + path, "no such directory" + path_hint(path));
  const std::vector<WatchedRun> runs = watched_in(path);
  if (runs.empty()) return say(path + ": no runs in or below it");
  if (is_terminal(STDOUT_FILENO) && !arguments.once) return watch_live(path);
  write_result(text_of_lines(live_view(runs, terminal_size(STDOUT_FILENO)), "\n"));
}

}  // namespace

Command watch_command() {
  return {.name = "watch",
          .stage = Stage::analyse,
          .summary = "look at runs that go on elsewhere",
          .description =
              "Of one run: the curve of its training loss, with an o for each held-out loss, its "
              "last step, its last and best evaluation, and the time that is left. Of the runs in "
              "or below a directory: a line each. The view is renewed every second and ends when "
              "no run goes on, or with Ctrl-C. If stdout is no terminal it is written once.\n\n"
              "Reads only, and disturbs no run. A run whose process has not taken a step for a "
              "minute is called silent.",
          .exit_status = {{"0", "done: no run goes on any more, or shown once"},
                          {"1", "the directory cannot be read"},
                          {"2", "bad input"}},
          .examples = {{"heed watch runs/text-1", "follows a run in another terminal"},
                       {"heed watch sweeps/lr", "a line for each run of a directory"},
                       {"heed watch runs --once", "how far all runs are"}},
          .call = calling(watch_options, run_watch)};
}

}  // namespace heed

// What a training shows: on a terminal, and in a file.
#include "heed/examples/cli/runs/progress_bar.h"

#include <fcntl.h>
#include <sys/ioctl.h>

#include "heed/examples/cli/config/text.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::progress_bar_test {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// What `heed` writes to a terminal of so many columns on stderr.
std::string terminal_text(const Folder& folder, const std::vector<std::string>& arguments,
                          unsigned short columns) {
  const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  REQUIRE(terminal >= 0);
  REQUIRE(grantpt(terminal) == 0);
  REQUIRE(unlockpt(terminal) == 0);
  const winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
  REQUIRE(ioctl(terminal, TIOCSWINSZ, &size) == 0);
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    dup2(open(ptsname(terminal), O_RDWR | O_NOCTTY), STDERR_FILENO);
    const bool is_ready = std::freopen("/dev/null", "w", stdout) != nullptr &&
                          chdir(folder.path().c_str()) == 0 && unsetenv("TERM") == 0;
    std::vector<const char*> argv{"heed"};
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    if (is_ready) run_program(static_cast<int>(argv.size()), argv.data());
    std::_Exit(0);
  }
  std::string text;
  char buffer[4096];
  for (ssize_t got = 0; (got = read(terminal, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<size_t>(got));
  }
  waitpid(child, nullptr, 0);
  close(terminal);
  return text;
}

/// The lines that stay, as a terminal would show them; `widest` becomes that of all ever drawn.
std::vector<std::string> kept_lines(const std::string& text, size_t& widest) {
  std::vector<std::string> kept;
  std::string line;
  widest = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      const size_t end = text.find_first_of("mK", i);
      if (text[end] == 'K' && text[i - 1] == '\r') line.clear();
      i = end;
    } else if (text[i] == '\n') {
      kept.push_back(std::exchange(line, ""));
    } else if (text[i] == '\r') {
      if (text.compare(i, 2, "\r\n") != 0) line.clear();
    } else {
      line += text[i];
      if (!has(line, "{\"")) widest = std::max(widest, displayed_width(line));
    }
  }
  return kept;
}

/// Those that begin with a word, with the indented ones after them.
std::vector<std::string> from(const std::vector<std::string>& lines, const std::string& word) {
  std::vector<std::string> found;
  for (const std::string& line : lines) {
    if (line.starts_with(word)) found.push_back(line);
    if (line.starts_with("  ") && !found.empty() && !has(line, "target")) found.back() += line;
  }
  return found;
}

TEST_CASE("on a terminal the evaluations stay, and each line fits 40 columns", "[program]") {
  const Folder folder;
  folder.write("tiny.json", tiny_config());
  const std::string text =
      terminal_text(folder,
                    {"train", "tiny.json", "--set", "train.steps=12000", "--set", "train.lr=0",
                     "--set", "train.eval_every=6000", "--out", "r"},
                    40);
  size_t widest = 0;
  const auto lines = kept_lines(text, widest);
  INFO(text);
  const std::vector<std::string> held_out = from(lines, "held-out ");
  REQUIRE(held_out.size() >= 2);
  CHECK(held_out[0].starts_with("held-out 6000/12000  loss 1."));
  CHECK(has(held_out[0], "  token 0."));
  CHECK(has(held_out[0], "  sequence 0."));
  CHECK(has(held_out[0], "  best 1."));
  CHECK(has(held_out[0], " at 6000"));
  CHECK(held_out[1].starts_with("held-out 12000/12000  loss 1."));
  CHECK(has(held_out[1], " at 6000"));  // nothing was learned: the first stays the best
  for (const std::string& line : lines) {
    if (line.starts_with("held-out ") || line.starts_with("train ")) {
      CHECK(displayed_width(line) <= 39);
    }
  }
  CHECK(has(text, "\rtrain "));
  CHECK(has(text, "  loss 1."));
  for (size_t at = text.find("\rtrain "); at != std::string::npos;
       at = text.find("\rtrain ", at + 1)) {
    const size_t end = text.find("\x1b[K", at);
    REQUIRE(end != std::string::npos);
    CHECK(end - at - 1 <= 39);
  }
}

TEST_CASE("on a wide terminal there is a bar before the line of the training", "[program]") {
  const Folder folder;
  folder.write("tiny.json", tiny_config());
  const std::string text = terminal_text(folder, {"train", "tiny.json", "--out", "r"}, 120);
  CHECK(has(text, "] train 6/6  loss "));
  CHECK(has(text, " tokens/s\x1b[K"));
  size_t widest = 0;
  const auto held_out = from(kept_lines(text, widest), "held-out ");
  REQUIRE(held_out.size() >= 2);
  CHECK(held_out[1].starts_with("held-out 6/6  loss "));
  const std::string log = folder.read("r/log.txt");
  CHECK(has(log, "step 6/6  ETA 0 s  train loss "));
  CHECK(has(log, "  held-out loss "));
  CHECK_FALSE(has(log, "\x1b"));
}

TEST_CASE("in a file there is a line for each evaluation, with both losses and the best",
          "[program]") {
  const Folder folder;
  folder.write("tiny.json", tiny_config());
  const Ended ended = run_heed(folder, {"train", "tiny.json", "--out", "r"});
  std::vector<std::string> steps;
  for (const std::string& line : lines_of(ended.err)) {
    if (line.starts_with("step ")) steps.push_back(line);
  }
  REQUIRE(steps.size() == 2);
  size_t at = 0;
  for (const char* part :
       {"step 3/6  ETA ", "  train loss ", "  held-out loss ", "  token ", "  sequence ", "  best ",
        " at 3", "  lr ", "  gradient ", " tokens/s"}) {
    INFO(steps[0] << ": " << part);
    at = steps[0].find(part, at);
    REQUIRE(at != std::string::npos);
  }
}

}  // namespace
}  // namespace heed::testing::progress_bar_test

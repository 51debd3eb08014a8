#include "heed/examples/cli/runs/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "heed/examples/cli/training/signals.h"

namespace heed {
namespace {

/// Columns of the terminal on stderr.
size_t terminal_width() {
  winsize size{};
  const bool is_known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_known ? size.ws_col : 80;
}

bool variable_is(const char* name, std::string_view value) {
  const char* text = std::getenv(name);
  return text != nullptr && text == value;
}

bool has_text(const char* name) {
  return std::getenv(name) != nullptr && !variable_is(name, "");
}

std::string duration_text(double seconds) {
  const auto whole = static_cast<int64_t>(seconds + 0.5);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{}:{:02} min", whole / 60, whole % 60);
  return fmt::format("{}:{:02} h", whole / 3600, whole / 60 % 60);
}

/// As stderr is only watched, a failure to write to it ends nothing.
void write_error(const std::string& text) {
  std::fputs(text.c_str(), stderr);
}

}  // namespace

Progress::Progress(RunDirectory& directory, int64_t steps)
    : directory_(directory),
      steps_(steps),
      is_terminal_(isatty(STDERR_FILENO) == 1 && !variable_is("TERM", "dumb")),
      has_colour_(!has_text("NO_COLOR")) {}

Progress::~Progress() {
  end_bar();
}

void Progress::on_step(const StepReport& report) {
  directory_.add_metrics(report);
  constexpr double memory = 0.9;
  if (first_step_ == 0) first_step_ = report.step;
  tokens_per_second_ = report.step == first_step_
                           ? report.tokens_per_second
                           : memory * tokens_per_second_ + (1 - memory) * report.tokens_per_second;
  last_ = report;
  constexpr auto pause = std::chrono::milliseconds(100);
  if (is_terminal_ && Clock::now() - shown_ >= pause) show_bar();
}

void Progress::on_evaluation(int64_t step, const Evaluation& evaluation) {
  directory_.add_metrics(step, evaluation);
  if (first_step_ == 0) last_ = {step, evaluation.loss, 0, 0, 0};  // resumed just before it
  evaluation_ = evaluation;
  directory_.add_log(status());
  if (is_terminal_) {
    show_bar();
  } else {
    write_error(status() + "\n");
  }
}

void Progress::on_checkpoint(const Trainer& trainer) {
  directory_.add_checkpoint(trainer);
}

bool Progress::wants_stop() {
  return SignalWatch::caught() != 0;
}

void Progress::say(const std::string& line) {
  end_bar();
  directory_.add_log(line);
  write_error(line + "\n");
}

std::string Progress::status() const {
  const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
  const auto taken = static_cast<double>(last_.step - first_step_ + 1);
  const double left = elapsed / taken * static_cast<double>(steps_ - last_.step);
  // On a narrow terminal the end is cut off, so what matters most comes first.
  std::string text = fmt::format("step {}/{}  ETA {}  loss {:.4f}", last_.step, steps_,
                                 duration_text(left), last_.loss);
  if (evaluation_) {
    text += fmt::format("  token {:.4f}  sequence {:.4f}", evaluation_->token_accuracy,
                        evaluation_->sequence_accuracy);
    if (evaluation_->training) {
      text += fmt::format("  train {:.4f}", evaluation_->training->sequence_accuracy);
    }
  }
  return text + fmt::format("  lr {:.2e}  gradient {:.3f}  {:.0f} tokens/s", last_.lr,
                            last_.grad_norm, tokens_per_second_);
}

void Progress::show_bar() {
  constexpr size_t widest = 20, narrowest = 5;
  const std::string text = status();
  const size_t columns = terminal_width() - 1;  // some terminals wrap after the last one
  const size_t brackets = 3;
  const size_t room = columns > text.size() + brackets ? columns - text.size() - brackets : 0;
  std::string line = fmt::format("\r{:.{}}", text, columns);
  if (room >= narrowest) {
    const size_t width = std::min(widest, room);
    const auto done = width * static_cast<size_t>(last_.step) / static_cast<size_t>(steps_);
    line = fmt::format(fmt::runtime(has_colour_ ? "\r[\x1b[32m{:#<{}}\x1b[0m{:-<{}}] {}"
                                                : "\r[{:#<{}}{:-<{}}] {}"),
                       "", done, "", width - done, text);
  }
  write_error(line + "\x1b[K");
  std::fflush(stderr);
  shown_ = Clock::now();
  bar_is_shown_ = true;
}

void Progress::end_bar() {
  if (bar_is_shown_) write_error("\n");
  bar_is_shown_ = false;
}

}  // namespace heed

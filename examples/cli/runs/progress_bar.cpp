#include "heed/examples/cli/runs/progress_bar.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "heed/examples/cli/runs/terminal.h"

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

}  // namespace

ProgressBar::ProgressBar(int64_t steps, std::function<void(const std::string&)> log)
    : steps_(steps),
      log_(std::move(log)),
      is_terminal_(isatty(STDERR_FILENO) == 1 && !variable_is("TERM", "dumb")),
      has_colour_(!has_text("NO_COLOR")) {}

ProgressBar::~ProgressBar() {
  end();
}

void ProgressBar::on_step(const StepReport& report) {
  constexpr double memory = 0.9;
  if (first_step_ == 0) first_step_ = report.step;
  tokens_per_second_ = report.step == first_step_
                           ? report.tokens_per_second
                           : memory * tokens_per_second_ + (1 - memory) * report.tokens_per_second;
  last_ = report;
  constexpr auto pause = std::chrono::milliseconds(100);
  if (is_terminal_ && Clock::now() - drawn_ >= pause) draw();
}

void ProgressBar::on_evaluation(int64_t step, const Evaluation& evaluation) {
  if (first_step_ == 0) last_ = {step, evaluation.loss, 0, 0, 0};  // resumed just before it
  evaluation_ = evaluation;
  if (!is_terminal_) return show(status());
  if (log_) log_(status());
  draw();
}

void ProgressBar::show(const std::string& line) {
  end();
  if (log_) log_(line);
  say(line);
}

std::string ProgressBar::status() const {
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

void ProgressBar::draw() {
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
  heed::draw(line + "\x1b[K");
  drawn_ = Clock::now();
  is_drawn_ = true;
}

void ProgressBar::end() {
  if (is_drawn_) say("");
  is_drawn_ = false;
}

}  // namespace heed

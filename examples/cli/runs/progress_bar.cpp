#include "heed/examples/cli/runs/progress_bar.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "heed/examples/cli/config/text.h"
#include "heed/examples/cli/runs/terminal.h"

namespace heed {
namespace {

constexpr const char* part_gap = "  ";

/// The parts in lines of at most `columns`; all but the first are indented.
std::string wrapped_parts(const std::vector<std::string>& parts, size_t columns) {
  std::string text = parts.front();
  size_t used = text.size();
  for (size_t i = 1; i < parts.size(); ++i) {
    const bool fits = used + 2 + parts[i].size() <= columns;
    text += (fits ? part_gap : "\n  ") + parts[i];
    used = (fits ? used : 0) + 2 + parts[i].size();
  }
  return text;
}

}  // namespace

ProgressBar::ProgressBar(const Trainer& trainer, std::function<void(const std::string&)> log)
    : trainer_(trainer),
      log_(std::move(log)),
      is_terminal_(is_terminal(STDERR_FILENO)),
      has_colour_(wants_colour()) {}

ProgressBar::~ProgressBar() {
  if (is_drawn_) say("");
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
  const std::string of_all = fmt::format("{}/{}", step, *trainer_.config().steps);
  const Parts held_out = evaluation_parts(evaluation);
  Parts line{"step " + of_all};
  if (last_) line.insert(line.end(), {time_left(), fmt::format("train loss {:.4f}", last_->loss)});
  line.push_back("held-out " + held_out.front());
  line.insert(line.end(), held_out.begin() + 1, held_out.end());
  const Parts rates = rate_parts();
  line.insert(line.end(), rates.begin(), rates.end());
  const std::string whole = fmt::format("{}", fmt::join(line, part_gap));
  if (!is_terminal_) return show(whole);
  if (log_) log_(whole);
  clear();
  Parts kept{"held-out " + of_all};
  kept.insert(kept.end(), held_out.begin(), held_out.end());
  say(wrapped_parts(kept, terminal_size(STDERR_FILENO).columns));
  draw();
}

void ProgressBar::show(const std::string& line) {
  clear();
  if (log_) log_(line);
  say(line);
}

ProgressBar::Parts ProgressBar::evaluation_parts(const Evaluation& evaluation) const {
  Parts parts{fmt::format("loss {:.4f}", evaluation.loss),
              fmt::format("token {:.4f}", evaluation.token_accuracy),
              fmt::format("sequence {:.4f}", evaluation.sequence_accuracy)};
  if (const auto& best = trainer_.state().best) {
    parts.push_back(fmt::format("best {:.4f} at {}", best->loss, best->step));
  }
  if (evaluation.training) {
    parts.push_back(fmt::format("training set {:.4f}", evaluation.training->sequence_accuracy));
  }
  return parts;
}

ProgressBar::Parts ProgressBar::rate_parts() const {
  if (!last_) return {};
  return {fmt::format("lr {:.2e}", last_->lr), fmt::format("gradient {:.3f}", last_->grad_norm),
          fmt::format("{:.0f} tokens/s", tokens_per_second_)};
}

std::string ProgressBar::time_left() const {
  const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
  const auto taken = static_cast<double>(last_->step - first_step_ + 1);
  const auto left = static_cast<double>(trainer_.config().steps - last_->step);
  return "ETA " + duration_text(elapsed / taken * left);
}

void ProgressBar::draw() {
  if (!last_) return;  // resumed just before an evaluation
  constexpr size_t widest = 20, narrowest = 5, brackets = 3;
  const int64_t steps = trainer_.config().steps;
  const size_t columns = terminal_size(STDERR_FILENO).columns;
  std::string text = fmt::format("train {}/{}", last_->step, steps);
  const auto add = [&](const std::string& part) {
    if (text.size() + 2 + part.size() <= columns) text += part_gap + part;
  };
  add(fmt::format("loss {:.4f}", last_->loss));
  add(time_left());
  const size_t room = columns > text.size() + brackets ? columns - text.size() - brackets : 0;
  std::string line = fmt::format("\r{:.{}}", text, columns);
  if (room >= narrowest) {
    const size_t width = std::min(widest, room);
    const auto done = width * static_cast<size_t>(last_->step) / static_cast<size_t>(steps);
    const std::string bar = fmt::format(
        fmt::runtime(has_colour_ ? "\r[\x1b[32m{:#<{}}\x1b[0m{:-<{}}] " : "\r[{:#<{}}{:-<{}}] "),
        "", done, "", width - done);
    text.insert(0, width + brackets, ' ');  // to see what else fits
    for (const std::string& part : rate_parts()) add(part);
    line = bar + text.substr(width + brackets);
  }
  heed::draw(line + "\x1b[K");
  drawn_ = Clock::now();
  is_drawn_ = true;
}

void ProgressBar::clear() {
  if (is_drawn_) heed::draw("\r\x1b[K");
  is_drawn_ = false;
}

}  // namespace heed

#include "heed/examples/cli/report/live_report.h"

#include <exception>

#include "heed/examples/cli/report/report.h"
#include "heed/examples/cli/training/signals.h"
#include "heed/framework/io/output_file.h"

namespace heed {

LiveReport::~LiveReport() {
  const bool is_whole = SignalWatch::caught() == 0;  // who stops a run does not wait for examples
  if (write(is_whole) && is_whole) tell("report: " + path());
}

void LiveReport::update() {
  if (Clock::now() >= next_) write(false);
}

bool LiveReport::write(bool asks_model) noexcept {
  constexpr int least_share = 30;  // of the time of training, for each time that a report takes
  if (run_.empty()) return false;
  const Clock::time_point start = Clock::now();
  bool is_written = false;
  try {
    replace_file(path(), run_report_html(registry_, run_, {.asks_model = asks_model}));
    is_written = true;
  } catch (const std::exception& error) {
    tell(std::string("warning: no report: ") + error.what());
  }
  next_ = Clock::now() + least_share * (Clock::now() - start);
  return is_written;
}

void LiveReport::tell(const std::string& line) noexcept {
  try {
    tell_(line);
  } catch (const std::exception&) {  // who trains wants the run above all
  }
}

}  // namespace heed

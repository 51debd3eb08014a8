#include "heed/examples/cli/report/live_report.h"

#include <exception>

#include "heed/examples/cli/report/report.h"
#include "heed/examples/cli/training/signals.h"
#include "heed/framework/io/output_file.h"

namespace heed {

LiveReport::~LiveReport() {
  write(SignalWatch::caught() == 0);  // who stops a run does not wait for examples
}

void LiveReport::update() {
  if (Clock::now() >= next_) write(false);
}

void LiveReport::write(bool asks_model) noexcept {
  constexpr int least_share = 30;  // of the time of training, for each time that a report takes
  if (run_.empty()) return;
  const Clock::time_point start = Clock::now();
  try {
    replace_file(run_ + "/report.html",
                 run_report_html(registry_, run_, {.asks_model = asks_model}));
  } catch (const std::exception& error) {
    try {
      warn_(std::string("warning: no report: ") + error.what());
    } catch (const std::exception&) {  // who trains wants the run above all
    }
  }
  next_ = Clock::now() + least_share * (Clock::now() - start);
}

}  // namespace heed

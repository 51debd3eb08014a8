#include "heed/examples/cli/report/run_marks.h"

#include "heed/examples/cli/report/scores_section.h"

namespace heed {

std::vector<Mark> run_marks(const RunReport& report) {
  std::vector<Mark> marks;
  const RunSummary& summary = report.summary;
  if (summary.best) marks.push_back({static_cast<double>(summary.best->step), "best"});
  for (size_t i = 1; i < summary.sessions.size(); ++i) {
    if (const auto step = summary.sessions[i].first_step) {
      marks.push_back({static_cast<double>(*step), "resumed"});
    }
  }
  if (summary.state == RunState::diverged) {
    marks.push_back({static_cast<double>(summary.step), "diverged"});
  }
  for (const Mark& mark : induction_marks(report.snapshots)) marks.push_back(mark);
  return marks;
}

}  // namespace heed

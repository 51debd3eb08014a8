#include "heed/examples/cli/snapshots/score_series.h"

#include <algorithm>
#include <cmath>

namespace heed {
namespace {

HeadScore& head_in(std::vector<HeadScore>& all, const std::string& attention, int64_t head) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const HeadScore& each) {
    return each.attention == attention && each.head == head;
  });
  return found != all.end() ? *found : all.emplace_back(HeadScore{attention, head, {"", {}, {}}});
}

}  // namespace

std::vector<std::string> score_names(const std::vector<Snapshot>& snapshots) {
  std::vector<std::string> names;
  for (const Snapshot& snapshot : snapshots) {
    for (const SnapshotAttention& attention : snapshot.attentions) {
      for (const auto& [name, values] : attention.scores) {
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
      }
    }
  }
  return names;
}

std::vector<HeadScore> score_series(const std::vector<Snapshot>& snapshots,
                                    const std::string& score) {
  std::vector<HeadScore> all;
  for (const Snapshot& snapshot : snapshots) {
    for (const SnapshotAttention& attention : snapshot.attentions) {
      for (const auto& [name, values] : attention.scores) {
        if (name != score) continue;
        for (size_t h = 0; h < values.size(); ++h) {
          Series& series = head_in(all, attention.path, static_cast<int64_t>(h)).series;
          series.x.push_back(static_cast<double>(snapshot.step));
          series.y.push_back(values[h]);
        }
      }
    }
  }
  return all;
}

std::optional<double> step_of_appearance(const Series& series) {
  constexpr double least_last = 0.3, least_rise = 0.2;
  if (series.y.empty()) return std::nullopt;
  const double last = series.y.back(), rise = last - series.y.front();
  if (!(last >= least_last && rise >= least_rise)) return std::nullopt;
  size_t from = series.y.size() - 1;
  while (from > 0 && series.y[from - 1] >= last / 2) --from;
  return series.x[from];
}

}  // namespace heed

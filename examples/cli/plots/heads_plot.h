// What a run's heads look at, at some of its snapshots, as a figure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "heed/examples/cli/figures/heads_figure.h"
#include "heed/examples/cli/snapshots/snapshot.h"

namespace heed {

struct HeadsChoice {
  std::vector<int64_t> steps{};            ///< of snapshots; empty: the last
  int64_t probe = 0;                       ///< which of the fixed inputs
  std::optional<std::string> attention{};  ///< its path; none: all
};

/// At one step the heads stand side by side, a row for each attention; at several, each head is a
/// row and the steps are columns. `run` is the name for the title; there is a snapshot. Throws
/// ConfigError, naming the option, if a snapshot has not what is chosen.
HeadsFigure heads_plot(const std::string& run, const std::vector<Snapshot>& snapshots,
                       const HeadsChoice& choice);

}  // namespace heed

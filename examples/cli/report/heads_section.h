// The section of heads forming: the weights of every head at every snapshot.
#pragma once

#include <string>
#include <vector>

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/snapshots/snapshot.h"

namespace heed {

struct HeadsSection {
  std::string html;  ///< empty: there is nothing to show
  JsonValue data{};  ///< for the script, under "heads"
};

/// Snapshots whose attentions or probes are not those of the last one are left out and added to
/// `warnings`. Weights get as many digits as fit into a page, and the section says how many.
HeadsSection heads_section(const std::vector<Snapshot>& snapshots,
                           std::vector<std::string>& warnings);

}  // namespace heed

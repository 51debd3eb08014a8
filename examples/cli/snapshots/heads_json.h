// What heads look at as JSON, in the form that the script of a page reads.
#pragma once

#include <cstdint>
#include <vector>

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/snapshots/snapshot.h"

namespace heed {

/// How exactly weights are kept: as multiples of 1/scale, so many digits of which are shown.
struct WeightExactness {
  int64_t scale;
  int digits;
};

/// Those of a model that diverges are not.
bool has_finite_weights(const Snapshot& snapshot);

/// The weights of one probe at each of the snapshots, which are alike: an element for each
/// attention.
std::vector<JsonValue> probe_of_all(const std::vector<const Snapshot*>& snapshots, size_t probe,
                                    const WeightExactness& exactness);

/// {"steps", "losses", "probes", "attentions"} of snapshots that are alike, of which there is one
/// at least. `probes`: of each that is shown its probe_of_all().
JsonValue heads_json(const std::vector<const Snapshot*>& snapshots,
                     const std::vector<std::vector<JsonValue>>& probes);

}  // namespace heed

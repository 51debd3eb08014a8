#include "heed/examples/cli/snapshots/heads_json.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "heed/examples/cli/figures/svg.h"
#include "heed/examples/cli/snapshots/packed_weights.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

using OfProbe = SnapshotAttention::OfProbe;

/// The weights of a probe that are not masked, head by head.
std::vector<float> open_weights(const OfProbe& probe) {
  const std::vector<int64_t> blocked = probe.blocked.to(DType::i64).to_vector<int64_t>();
  const std::vector<float> all = probe.weights.to_vector<float>();
  std::vector<float> open;
  for (size_t i = 0; i < all.size(); ++i) {
    if (blocked[i % blocked.size()] == 0) open.push_back(all[i]);
  }
  return open;
}

/// Lengths of the stretches that are not masked and masked, in turn.
std::vector<int64_t> blocked_runs(const Tensor& blocked) {
  std::vector<int64_t> runs{0};
  bool is_blocked = false;
  for (const int64_t cell : blocked.to(DType::i64).to_vector<int64_t>()) {
    if ((cell != 0) != is_blocked) {
      is_blocked = !is_blocked;
      runs.push_back(0);
    }
    ++runs.back();
  }
  return runs;
}

JsonValue texts_json(const std::vector<std::string>& texts) {
  std::vector<std::string> shown;
  for (const std::string& text : texts) shown.push_back(shown_text(text, 40));
  return shown;
}

JsonValue probe_json(const std::vector<const Snapshot*>& snapshots, size_t attention, size_t probe,
                     const WeightExactness& exactness) {
  WeightsOfSnapshots weights;
  for (const Snapshot* snapshot : snapshots) {
    weights.push_back(open_weights(snapshot->attentions[attention].probes[probe]));
  }
  const OfProbe& last = snapshots.back()->attentions[attention].probes[probe];
  JsonValue json = {{"queries", texts_json(last.queries)},
                    {"keys", texts_json(last.keys)},
                    {"scale", exactness.scale},
                    {"digits", exactness.digits},
                    {"weights", packed_weights(weights, exactness.scale)}};
  const std::vector<int64_t> runs = blocked_runs(last.blocked);
  if (runs.size() > 1) json.add("blocked", runs);
  return json;
}

}  // namespace

bool has_finite_weights(const Snapshot& snapshot) {
  for (const SnapshotAttention& attention : snapshot.attentions) {
    for (const OfProbe& probe : attention.probes) {
      const std::vector<float> open = open_weights(probe);
      const auto is_number = [](float weight) { return std::isfinite(weight); };
      if (!std::all_of(open.begin(), open.end(), is_number)) return false;
    }
  }
  return true;
}

std::vector<JsonValue> probe_of_all(const std::vector<const Snapshot*>& snapshots, size_t probe,
                                    const WeightExactness& exactness) {
  std::vector<JsonValue> all;
  for (size_t a = 0; a < snapshots.back()->attentions.size(); ++a) {
    all.push_back(probe_json(snapshots, a, probe, exactness));
  }
  return all;
}

JsonValue heads_json(const std::vector<const Snapshot*>& snapshots,
                     const std::vector<std::vector<JsonValue>>& probes) {
  std::vector<int64_t> steps;
  std::vector<double> losses;
  for (const Snapshot* snapshot : snapshots) {
    steps.push_back(snapshot->step);
    losses.push_back(snapshot->loss);
  }
  const Snapshot& last = *snapshots.back();
  std::vector<std::string> texts = last.probe_texts;
  texts.resize(probes.size());
  JsonValue attentions(std::vector<int64_t>{});
  for (size_t a = 0; a < last.attentions.size(); ++a) {
    std::vector<JsonValue> of_one;
    for (const std::vector<JsonValue>& all : probes) of_one.push_back(all[a]);
    attentions.children.push_back({{"path", last.attentions[a].path},
                                   {"heads", last.attentions[a].heads()},
                                   {"probes", of_one}});
  }
  return {{"steps", steps},
          {"losses", losses},
          {"probes", texts_json(texts)},
          {"attentions", attentions}};
}

}  // namespace heed

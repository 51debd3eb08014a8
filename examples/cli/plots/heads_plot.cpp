#include "heed/examples/cli/plots/heads_plot.h"

#include <algorithm>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/snapshots/shortened_paths.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

const Snapshot& snapshot_at(const std::vector<Snapshot>& snapshots, int64_t step) {
  std::string steps;
  for (const Snapshot& snapshot : snapshots) {
    if (snapshot.step == step) return snapshot;
    steps += text_of(steps.empty() ? "" : ", ", snapshot.step);
  }
  refuse(text_of("--steps ", step), "no snapshot was taken at this step; there are " + steps);
}

std::vector<const Snapshot*> chosen_snapshots(const std::vector<Snapshot>& snapshots,
                                              const std::vector<int64_t>& steps) {
  std::vector<const Snapshot*> chosen;
  for (const int64_t step : steps) chosen.push_back(&snapshot_at(snapshots, step));
  if (chosen.empty()) chosen.push_back(&snapshots.back());
  return chosen;
}

std::vector<std::string> chosen_attentions(const Snapshot& snapshot, const HeadsChoice& choice) {
  std::vector<std::string> all;
  for (const SnapshotAttention& attention : snapshot.attentions) all.push_back(attention.path);
  if (!choice.attention) return all;
  if (std::find(all.begin(), all.end(), *choice.attention) == all.end()) {
    refuse("--attention " + printable(*choice.attention),
           "the snapshots have no such attention; they have " + list_in_quotes(all));
  }
  return {*choice.attention};
}

/// Throws ConfigError if this snapshot has no such attention, or no such probe of it.
const SnapshotAttention::OfProbe& probe_of(const Snapshot& snapshot, const std::string& path,
                                           int64_t probe) {
  const auto found =
      std::find_if(snapshot.attentions.begin(), snapshot.attentions.end(),
                   [&](const SnapshotAttention& attention) { return attention.path == path; });
  if (found == snapshot.attentions.end()) {
    refuse(text_of("--steps ", snapshot.step), "this snapshot has no attention " + in_quotes(path));
  }
  if (probe >= std::ssize(found->probes)) {
    refuse(
        text_of("--probe ", probe),
        "the snapshots have " + counted(std::ssize(found->probes), "input") + ", counted from 0");
  }
  return found->probes[static_cast<size_t>(probe)];
}

HeadMap map_of_head(const SnapshotAttention::OfProbe& probe, int64_t head, std::string name) {
  HeadMap map{std::move(name),
              probe.queries,
              probe.keys,
              probe.weights.select(0, head).contiguous().to_vector<float>(),
              {}};
  for (const int64_t is_blocked : probe.blocked.to(DType::i64).to_vector<int64_t>()) {
    map.blocked.push_back(is_blocked != 0);
  }
  return map;
}

/// The heads of one snapshot side by side: a row for each attention if all have as many.
void add_heads(HeadsFigure& figure, const Snapshot& snapshot,
               const std::vector<std::string>& attentions, int64_t probe) {
  const std::vector<std::string> names = shortened_paths(attentions);
  const auto heads_of = [&](const std::string& path) {
    return probe_of(snapshot, path, probe).weights.size(0);
  };
  const int64_t first = heads_of(attentions[0]);
  const bool are_rows = attentions.size() > 1 && first > 1 &&
                        std::all_of(attentions.begin(), attentions.end(),
                                    [&](const auto& path) { return heads_of(path) == first; });
  if (are_rows) {
    figure.columns = static_cast<size_t>(first);
    figure.row_names = names;
  }
  for (size_t a = 0; a < attentions.size(); ++a) {
    const std::string before = are_rows || names[a].empty() ? "" : names[a] + " ";
    for (int64_t h = 0; h < heads_of(attentions[a]); ++h) {
      figure.heads.push_back(
          map_of_head(probe_of(snapshot, attentions[a], probe), h, before + text_of("head ", h)));
    }
  }
}

/// A row for each head, a column for each snapshot.
void add_film(HeadsFigure& figure, const std::vector<const Snapshot*>& snapshots,
              const std::vector<std::string>& attentions, int64_t probe) {
  figure.columns = snapshots.size();
  const std::vector<std::string> names = shortened_paths(attentions);
  for (size_t a = 0; a < attentions.size(); ++a) {
    const std::string& path = attentions[a];
    const int64_t H = probe_of(*snapshots[0], path, probe).weights.size(0);
    for (int64_t h = 0; h < H; ++h) {
      figure.row_names.push_back(text_of(names[a], names[a].empty() ? "" : " ", "head ", h));
      for (const Snapshot* snapshot : snapshots) {
        const auto& of_probe = probe_of(*snapshot, path, probe);
        if (h >= of_probe.weights.size(0)) {
          refuse(text_of("--steps ", snapshot->step),
                 text_of("at this step ", path, " had no head ", h));
        }
        figure.heads.push_back(map_of_head(of_probe, h, text_of("step ", snapshot->step)));
      }
    }
  }
}

std::string steps_text(const std::vector<const Snapshot*>& snapshots) {
  std::vector<std::string> steps;
  for (const Snapshot* snapshot : snapshots) steps.push_back(std::to_string(snapshot->step));
  std::string text = snapshots.size() == 1 ? "step " : "steps ";
  for (size_t i = 0; i < steps.size(); ++i) text += (i == 0 ? "" : ", ") + steps[i];
  return text;
}

}  // namespace

HeadsFigure heads_plot(const std::string& run, const std::vector<Snapshot>& snapshots,
                       const HeadsChoice& choice) {
  const std::vector<const Snapshot*> chosen = chosen_snapshots(snapshots, choice.steps);
  const std::vector<std::string> attentions = chosen_attentions(*chosen[0], choice);
  if (attentions.empty()) refuse(run, "its snapshots have no multi-head attention");
  HeadsFigure figure;
  if (chosen.size() == 1) {
    add_heads(figure, *chosen[0], attentions, choice.probe);
  } else {
    add_film(figure, chosen, attentions, choice.probe);
  }
  const auto probe = static_cast<size_t>(choice.probe);
  const auto& texts = chosen[0]->probe_texts;
  const std::string input = probe < texts.size() ? " for the input " + in_quotes(texts[probe]) : "";
  figure.title = run + (chosen.size() == 1 ? text_of(", step ", chosen[0]->step) : "");
  figure.about = "Attention weights at " + steps_text(chosen) + input +
                 ": a row is a position that asks, a column one that it reads from.";
  return figure;
}

}  // namespace heed

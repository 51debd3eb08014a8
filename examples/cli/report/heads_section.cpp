#include "heed/examples/cli/report/heads_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "heed/examples/cli/figures/svg.h"
#include "heed/examples/cli/report/heads_place.h"
#include "heed/examples/cli/report/html.h"
#include "heed/examples/cli/snapshots/heads_json.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

using OfProbe = SnapshotAttention::OfProbe;

constexpr size_t most_letters = 95'000;  // of all weights of a page
constexpr size_t least_snapshots = 4;
constexpr size_t most_unpacked_weights = 3'000'000;  // that a page unpacks at once without a pause

constexpr WeightExactness exactnesses[] = {{int64_t{1} << 20, 6}, {int64_t{1} << 17, 5},
                                           {int64_t{1} << 13, 4}, {1 << 10, 3},
                                           {1 << 9, 2},           {1 << 7, 2}};

bool is_alike(const SnapshotAttention& one, const SnapshotAttention& other) {
  if (one.path != other.path || one.probes.size() != other.probes.size()) return false;
  for (size_t p = 0; p < one.probes.size(); ++p) {
    const OfProbe &a = one.probes[p], &b = other.probes[p];
    if (a.weights.shape() != b.weights.shape() || a.queries != b.queries || a.keys != b.keys) {
      return false;
    }
  }
  return true;
}

bool is_alike(const Snapshot& one, const Snapshot& other) {
  return one.probe_texts == other.probe_texts &&
         std::equal(one.attentions.begin(), one.attentions.end(), other.attentions.begin(),
                    other.attentions.end(),
                    [](const auto& a, const auto& b) { return is_alike(a, b); });
}

/// Those that are like the last one, and whose weights are numbers.
std::vector<const Snapshot*> alike(const std::vector<Snapshot>& snapshots,
                                   std::vector<std::string>& warnings) {
  std::vector<const Snapshot*> same;
  for (const Snapshot& snapshot : snapshots) {
    if (!is_alike(snapshot, snapshots.back())) {
      warnings.push_back(fmt::format(
          "the snapshot of step {} has other attentions or inputs than that of step {}; it is left "
          "out",
          snapshot.step, snapshots.back().step));
    } else if (!has_finite_weights(snapshot)) {
      warnings.push_back(
          fmt::format("the snapshot of step {} has weights that are not finite; it is left out",
                      snapshot.step));
    } else {
      same.push_back(&snapshot);
    }
  }
  return same;
}

size_t weights_of(const Snapshot& snapshot) {
  size_t sum = 0;
  for (const SnapshotAttention& attention : snapshot.attentions) {
    for (const OfProbe& probe : attention.probes) {
      sum += static_cast<size_t>(probe.weights.numel());
    }
  }
  return sum;
}

/// Every second one, and the last.
std::vector<const Snapshot*> halved(const std::vector<const Snapshot*>& snapshots) {
  std::vector<const Snapshot*> some;
  for (size_t i = 0; i < snapshots.size(); ++i) {
    if (i % 2 == 0 || i + 1 == snapshots.size()) some.push_back(snapshots[i]);
  }
  return some;
}

size_t letters_of(const std::vector<JsonValue>& attentions) {
  size_t sum = 0;
  for (const JsonValue& attention : attentions) sum += attention.find("weights")->text.size();
  return sum;
}

/// What fits into a page of the probes.
struct Fitting {
  std::vector<std::vector<JsonValue>> probes{};  ///< each a list of its attentions
  std::vector<int> digits{};                     ///< of each probe
};

constexpr size_t room_of_first = most_letters / 4 * 3;

/// So many snapshots that the page unpacks them at once, and that they fit if need be with the
/// fewest digits.
std::vector<const Snapshot*> affordable(std::vector<const Snapshot*> snapshots) {
  const auto is_too_much = [&] {
    if (snapshots.size() * weights_of(*snapshots.back()) > most_unpacked_weights) return true;
    return letters_of(probe_of_all(snapshots, 0, exactnesses[std::size(exactnesses) - 1])) >
           room_of_first;
  };
  while (snapshots.size() > least_snapshots && is_too_much()) snapshots = halved(snapshots);
  return snapshots;
}

/// The first probe as exactly as most of the room allows, the others as the rest of it does.
Fitting fitting(const std::vector<const Snapshot*>& snapshots) {
  Fitting fit;
  const size_t all = snapshots.back()->probe_texts.size();
  size_t left = most_letters;
  for (size_t probe = 0; probe < all; ++probe) {
    const size_t room = probe == 0 ? room_of_first : left / (all - probe);
    std::vector<JsonValue> attentions;
    int digits = 0;
    for (const WeightExactness& exactness : exactnesses) {
      attentions = probe_of_all(snapshots, probe, exactness);
      digits = exactness.digits;
      if (letters_of(attentions) <= room) break;
    }
    const size_t letters = letters_of(attentions);
    if (probe > 0 && letters > room) break;  // without the first one there would be nothing
    left -= std::min(left, letters);
    fit.probes.push_back(std::move(attentions));
    fit.digits.push_back(digits);
  }
  return fit;
}

/// How exactly weights are shown, and what did not fit.
std::string fitting_text(const Fitting& fit, size_t probes, size_t snapshots, size_t taken) {
  std::string text = fmt::format("Weights have {} digits", fit.digits.front());
  if (fit.digits.back() != fit.digits.front()) {
    text += fmt::format(" for the first input, {} or more for others", fit.digits.back());
  }
  if (fit.probes.size() < probes) {
    text += fmt::format("; {} of {} inputs fit into the page", fit.probes.size(), probes);
  }
  if (snapshots < taken) text += fmt::format("; {} of {} snapshots fit", snapshots, taken);
  return text + ". Where a head looks is not what it moves: see its scores.";
}

std::string heads_html(const std::vector<const Snapshot*>& snapshots, size_t taken,
                       const Fitting& fit) {
  const Snapshot& last = *snapshots.back();
  std::string html =
      "<section id=\"heads\" aria-labelledby=\"heads-title\">"
      "<h2 id=\"heads-title\">Heads forming</h2>\n";
  html += text_element(
      "p",
      fmt::format("What each head reads, at {} from step {} to step {}, for the same input. A row "
                  "is a position that asks ↓, a column one that it reads from →; each row sums to "
                  "1. All heads have one scale, 0 to 1; masked cells are hatched.",
                  counted(static_cast<int64_t>(snapshots.size()), "snapshot"),
                  snapshots.front()->step, last.step),
      "about");
  html += text_element("p", fitting_text(fit, last.probe_texts.size(), snapshots.size(), taken),
                       "note");
  html += R"(<noscript><p class="note">The pictures of heads need scripts; their scores are in the
tables below.</p></noscript>
<div id="heads-loss"></div>
<div class="film" id="heads-film"></div>
)";
  return html + heads_place("heads") + "\n</section>\n";
}

}  // namespace

HeadsSection heads_section(const std::vector<Snapshot>& snapshots,
                           std::vector<std::string>& warnings) {
  if (snapshots.empty() || snapshots.back().attentions.empty() ||
      snapshots.back().probe_texts.empty()) {
    return {};
  }
  const std::vector<const Snapshot*> same = alike(snapshots, warnings);
  if (same.empty()) return {};
  const std::vector<const Snapshot*> some = affordable(same);
  const Fitting fit = fitting(some);
  if (fit.probes.empty()) return {};
  HeadsSection section{.html = heads_html(some, same.size(), fit)};
  section.data = heads_json(some, fit.probes);
  return section;
}

}  // namespace heed

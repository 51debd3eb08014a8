// The names of a sweep's run directories: "003-lr=3e-3,seed=1".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heed {

constexpr size_t longest_run_name = 60;

/// Names short enough for a label: of each path as many of its last parts as tell it from the other
/// paths: "lr" of "train.lr".
std::vector<std::string> short_names(const std::vector<std::string>& paths);

/// A number of at least three digits, then a label, which is cut where the name would be too long,
/// and the seed. In the label whatever is no letter, digit or one of "._=,+-" becomes "_".
std::string run_name(int64_t number, const std::vector<std::pair<std::string, std::string>>& label,
                     std::string_view seed);

/// Whether a text could be a run's name: it cannot lead out of the sweep's directory.
bool is_run_name(std::string_view text);

}  // namespace heed

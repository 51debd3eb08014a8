// Unseen symbols: those of held-out sequences that a task never trains on.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "heed/examples/cli/tasks/example.h"

namespace heed {

/// Counts the held-out sequences that have symbols which no training sequence has.
class UnseenSymbols {
 public:
  void train_on(const Sequence& sequence) { trained_.insert(sequence.begin(), sequence.end()); }
  /// Only after all train_on().
  void hold_out(const Sequence& sequence);

  /// "3 of 20 held-out sequences have WHAT that no training sequence has (the first: \"x\")"; ""
  /// if there are none.
  std::string text(const char* what, const std::function<std::string(int64_t)>& word) const;

 private:
  std::set<int64_t> trained_{ignored_target};
  std::optional<int64_t> first_;
  int64_t sequences_ = 0;
  int64_t held_out_ = 0;
};

}  // namespace heed

// RandomScope: where in a run the calling thread is, so that dropout draws the numbers that belong
// there: the same on every run, with any number of threads, after a resume and when recomputed.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "heed/framework/base/random.h"

namespace heed {

/// What fixes the random numbers of a step.
struct RandomPosition {
  uint64_t seed = 0;       ///< of the run
  int64_t step = 0;        ///< from 0
  int64_t micro_step = 0;  ///< part of the step's batch, from 0
};

/// While it lives, random modules of this thread draw from the streams of `position`; each use of
/// a site (a module's path) has its own number. Scopes nest: the innermost applies. Outside of all
/// scopes, one of the thread with seed 0 is used, which keeps counting.
class RandomScope {
 public:
  /// The calling thread is here until the scope ends.
  explicit RandomScope(const RandomPosition& position);
  ~RandomScope();
  RandomScope(const RandomScope&) = delete;
  RandomScope& operator=(const RandomScope&) = delete;

  /// The stream for the next use of `site` (text_coordinate of a module's path) for `purpose`.
  static RandomStream next_stream(Purpose purpose, uint64_t site);

  /// Position and numbers of uses so far, to be put back when a part is computed again.
  struct State {
    RandomPosition position;  ///< where it was
    std::unordered_map<uint64_t, int64_t> uses =
        {};  ///< by site, how many streams have been given out
  };
  /// Of the innermost scope of the calling thread.
  static State state();
  /// Goes back to a state, so that the same numbers are drawn again.
  explicit RandomScope(State state);

 private:
  static RandomScope& current();
  State state_;
  RandomScope* outer_;
};

}  // namespace heed

// Anomaly mode: which op made the first number that is not finite.
#pragma once

#include "heed/framework/base/error.h"

namespace heed {

/// A NaN or an infinity where there was none.
struct NonFiniteError : TextError<NonFiniteError> {
  using TextError::TextError;
};

namespace detail {
inline thread_local constinit bool anomaly_mode = false;
}

/// While it lives, this thread looks at every result of an op and at every gradient that a pullback
/// gives. The first that is not finite, though all it was made of is, throws a NonFiniteError: the
/// op, forward or backward, the index, the ranges of the inputs, the module's path. Slow: to be
/// turned on when a loss has become NaN.
class [[nodiscard]] AnomalyMode {
 public:
  explicit AnomalyMode(bool on = true) : before_(detail::anomaly_mode) {
    detail::anomaly_mode = on;
  }
  ~AnomalyMode() { detail::anomaly_mode = before_; }
  AnomalyMode(const AnomalyMode&) = delete;
  AnomalyMode& operator=(const AnomalyMode&) = delete;

 private:
  bool before_;
};

/// True while an AnomalyMode of this thread is on.
inline bool is_anomaly_mode() {
  return detail::anomaly_mode;
}

}  // namespace heed

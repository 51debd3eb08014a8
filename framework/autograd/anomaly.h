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

/// While it lives, this thread checks every result of an op and every gradient from a pullback. The
/// first non-finite one computed from finite values throws a NonFiniteError: the op, forward or
/// backward, the index, the ranges of the inputs, the module's path. Slow: turn it on when a loss
/// has become NaN.
class [[nodiscard]] AnomalyMode {
 public:
  /// Off lifts an outer one for the time being.
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

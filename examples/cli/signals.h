// SignalWatch: SIGINT and SIGTERM as a question that a loop can ask.
#pragma once

#include <csignal>

namespace heed {

/// While it lives, the first SIGINT or SIGTERM is only noted; a second one kills at once. A signal
/// that was ignored before stays ignored. One at a time.
class SignalWatch {
 public:
  SignalWatch();
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  /// The signal that came; 0 if none did.
  static int caught();

 private:
  struct sigaction interrupt_before_;
  struct sigaction terminate_before_;
};

/// Ends the process as the signal would have done.
[[noreturn]] void die_by(int signal);

}  // namespace heed

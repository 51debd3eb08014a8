// SignalWatch: SIGINT, SIGTERM and SIGHUP as a question that a loop can ask.
#pragma once

#include <array>
#include <csignal>

namespace heed {

/// While it lives, the first SIGINT, SIGTERM or SIGHUP is only noted; a second one kills at once. A
/// signal that was ignored before stays ignored. One at a time.
class SignalWatch {
 public:
  SignalWatch();
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  /// The signal that came; 0 if none did.
  static int caught();
  /// Throws Interrupted if one came: for work that can be left half-done.
  static void poll();

 private:
  static constexpr std::array watched_{SIGINT, SIGTERM, SIGHUP};  // HUP: the terminal is gone
  std::array<struct sigaction, watched_.size()> before_;
};

/// Ends the process as the signal would have done.
[[noreturn]] void die_by(int signal);

}  // namespace heed

// SignalWatch: SIGINT, SIGTERM, SIGHUP and SIGUSR1 as a question that a loop can ask.
#pragma once

#include <array>
#include <csignal>
#include <string>

#include "heed/examples/cli/ranks/team.h"

namespace heed {

/// While it lives, the first SIGINT, SIGTERM, SIGHUP or SIGUSR1 (which batch systems send before
/// the time is up) is only noted; a second one kills at once. A signal that was ignored before
/// stays ignored. One at a time.
class SignalWatch {
 public:
  /// A launcher may pass on to its ranks what the terminal has sent them already.
  enum class Repeats { kill, kill_after_two_seconds };

  explicit SignalWatch(Repeats repeats = Repeats::kill);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  /// The signal that came; 0 if none did.
  static int caught();
  /// Throws Interrupted if one came: for work that can be left half-done.
  static void poll();
  /// Collective: the signal that came to any rank, which has then come to all; 0 if none did.
  static int agreed(Team& team);

 private:
  static constexpr std::array watched_{SIGINT, SIGTERM, SIGHUP, SIGUSR1};  // HUP: no terminal
  std::array<struct sigaction, watched_.size()> before_;
};

/// "SIGINT".
std::string name_of_signal(int signal);

/// Ends the process as the signal would have done.
[[noreturn]] void die_by(int signal);

}  // namespace heed

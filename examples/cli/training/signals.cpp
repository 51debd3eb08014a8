#include "heed/examples/cli/training/signals.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "heed/examples/cli/training/failure.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

volatile std::sig_atomic_t caught_signal = 0;
volatile std::sig_atomic_t patience = 0;  // seconds in which a second signal is the first one again
volatile std::sig_atomic_t caught_at = 0;  // seconds of a clock that is never set

std::sig_atomic_t seconds_now() {  // as a signal handler may
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::sig_atomic_t>(now.tv_sec);
}

void note(int signal) {
  if (caught_signal == 0) {
    caught_signal = signal;
    caught_at = seconds_now();
  } else if (patience == 0 || seconds_now() - caught_at >= patience) {
    std::signal(signal, SIG_DFL);  // whichever came first: this one ends the program at once
    std::raise(signal);
  }
}

struct sigaction watch(int signal) {
  struct sigaction before {};
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART | SA_NODEFER;
  sigaction(signal, nullptr, &before);
  // A shell ignores SIGINT for jobs in the background: Ctrl-C is not meant for them.
  if (before.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);
  return before;
}

}  // namespace

SignalWatch::SignalWatch(Repeats repeats) {
  caught_signal = 0;
  patience = repeats == Repeats::kill ? 0 : 2;
  for (size_t i = 0; i < watched_.size(); ++i) before_[i] = watch(watched_[i]);
}

SignalWatch::~SignalWatch() {
  for (size_t i = 0; i < watched_.size(); ++i) sigaction(watched_[i], &before_[i], nullptr);
  caught_signal = 0;
}

void SignalWatch::poll() {
  if (const int signal = caught_signal; signal != 0) throw Interrupted(signal);
}

int SignalWatch::agreed(Team& team) {
  for (const int signal : team.gathered(caught())) {
    if (signal != 0 && caught_signal == 0) note(signal);
  }
  return caught();
}

int SignalWatch::caught() {
  return caught_signal;
}

std::string name_of_signal(int signal) {
  switch (signal) {
    case SIGINT:
      return "SIGINT";
    case SIGTERM:
      return "SIGTERM";
    case SIGHUP:
      return "SIGHUP";
    case SIGUSR1:
      return "SIGUSR1";
    default:
      return text_of("signal ", signal);
  }
}

void die_by(int signal) {
  std::fflush(nullptr);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
  std::_Exit(128 + signal);  // only if the signal is blocked
}

}  // namespace heed

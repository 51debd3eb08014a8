#include "heed/examples/cli/training/signals.h"

#include <cstdio>
#include <cstdlib>

#include "heed/examples/cli/training/failure.h"

namespace heed {
namespace {

volatile std::sig_atomic_t caught_signal = 0;

void note(int signal) {
  if (caught_signal != 0) {  // whichever came first: this one ends the program at once
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
  caught_signal = signal;
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

SignalWatch::SignalWatch() {
  caught_signal = 0;
  for (size_t i = 0; i < watched_.size(); ++i) before_[i] = watch(watched_[i]);
}

SignalWatch::~SignalWatch() {
  for (size_t i = 0; i < watched_.size(); ++i) sigaction(watched_[i], &before_[i], nullptr);
  caught_signal = 0;
}

void SignalWatch::poll() {
  if (const int signal = caught_signal; signal != 0) throw Interrupted(signal);
}

int SignalWatch::caught() {
  return caught_signal;
}

void die_by(int signal) {
  std::fflush(nullptr);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
  std::_Exit(128 + signal);  // only if the signal is blocked
}

}  // namespace heed

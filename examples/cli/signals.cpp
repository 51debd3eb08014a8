#include "heed/examples/cli/signals.h"

#include <cstdio>
#include <cstdlib>

namespace heed {
namespace {

volatile std::sig_atomic_t caught_signal = 0;

void note(int signal) {
  caught_signal = signal;
}

struct sigaction watch(int signal) {
  struct sigaction before {};
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
  sigaction(signal, nullptr, &before);
  // A shell ignores SIGINT for jobs in the background: Ctrl-C is not meant for them.
  if (before.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);
  return before;
}

}  // namespace

SignalWatch::SignalWatch() {
  caught_signal = 0;
  interrupt_before_ = watch(SIGINT);
  terminate_before_ = watch(SIGTERM);
}

SignalWatch::~SignalWatch() {
  sigaction(SIGINT, &interrupt_before_, nullptr);
  sigaction(SIGTERM, &terminate_before_, nullptr);
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

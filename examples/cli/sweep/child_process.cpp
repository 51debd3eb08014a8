#include "heed/examples/cli/sweep/child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>
#include <utility>

#include "heed/examples/cli/training/failure.h"

namespace heed {
namespace {

constexpr std::array ending_signals{SIGINT, SIGTERM, SIGHUP};

/// While it lives, signals that end a program wait.
class SignalDelay {
 public:
  SignalDelay() {
    sigset_t delayed;
    sigemptyset(&delayed);
    for (const int signal : ending_signals) sigaddset(&delayed, signal);
    sigprocmask(SIG_BLOCK, &delayed, &before_);
  }
  ~SignalDelay() { end(); }
  SignalDelay(const SignalDelay&) = delete;
  SignalDelay& operator=(const SignalDelay&) = delete;
  void end() const { sigprocmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

/// A signal that was sent while the child was made kills it: the handlers are the parent's.
void restore_signals(const SignalDelay& delay) {
  for (const int signal : ending_signals) {
    struct sigaction action {};
    sigaction(signal, nullptr, &action);
    if (action.sa_handler != SIG_IGN) std::signal(signal, SIG_DFL);
  }
  delay.end();
}

/// In the child, where only what is safe in a signal handler is safe.
[[noreturn]] void become(char* const* arguments, int writing, int parent,
                         const SignalDelay& delay) {
  constexpr int cannot_start = 127;
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(cannot_start);  // it died before that
  restore_signals(delay);
  const int nothing = open("/dev/null", O_RDWR);
  dup2(nothing, STDIN_FILENO);
  dup2(nothing, STDOUT_FILENO);
  dup2(writing, STDERR_FILENO);
  execv("/proc/self/exe", arguments);
  constexpr std::string_view message = "the program cannot be started again\n";
  static_cast<void>(::write(STDERR_FILENO, message.data(), message.size()) > 0);
  _exit(cannot_start);
}

int start_process(const std::vector<std::string>& arguments, int writing) {
  std::vector<std::string> copies = arguments;
  std::vector<char*> pointers;
  for (std::string& argument : copies) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  const int parent = getpid();
  const SignalDelay delay;
  const int process = fork();
  if (process == 0) become(pointers.data(), writing, parent, delay);
  if (process < 0) {
    throw RunError("cannot start a process: ", std::string_view(std::strerror(errno)));
  }
  return process;
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& arguments)
    : ChildProcess(arguments, Descriptor::pipe()) {}

ChildProcess::ChildProcess(const std::vector<std::string>& arguments,
                           std::pair<Descriptor, Descriptor> pipe)
    : stderr_(std::move(pipe.first)), process_(start_process(arguments, pipe.second)) {}

ChildProcess::~ChildProcess() {
  if (process_ < 0) return;
  send(SIGTERM);
  while (read()) {  // it must not wait for its words to be read
  }
  wait();
}

bool ChildProcess::read() {
  constexpr size_t most_kept = 8192;
  std::array<char, 4096> buffer{};
  const ssize_t count = ::read(stderr_, buffer.data(), buffer.size());
  if (count < 0) return errno == EINTR;
  said_.append(buffer.data(), static_cast<size_t>(count));
  if (said_.size() > most_kept) said_.erase(0, said_.size() - most_kept);
  return count > 0;
}

std::string ChildProcess::last_line() const {
  const size_t end = said_.find_last_not_of("\r\n");
  if (end == std::string::npos) return "";
  const size_t before = said_.find_last_of("\r\n", end);
  const size_t start = before == std::string::npos ? 0 : before + 1;
  return said_.substr(start, end + 1 - start);
}

void ChildProcess::send(int signal) const {
  if (process_ > 0) kill(process_, signal);
}

int ChildProcess::wait() {
  int status = 0;
  while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  return status;
}

}  // namespace heed

// ChildProcess: this program, started again with other arguments.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "heed/framework/io/descriptor.h"

namespace heed {

/// Has no input; its stdout is thrown away, its stderr is read here. It is in a process group of
/// its own, so that Ctrl-C reaches only this process, which decides. It is killed when this process
/// dies, whatever the reason.
class ChildProcess {
 public:
  /// `arguments` begin with the name of the program. Throws RunError if it cannot be started.
  explicit ChildProcess(const std::vector<std::string>& arguments);
  /// Ends a process that is still running by SIGTERM and waits for it.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// To poll: readable when the process has said something, or has ended.
  int stderr_descriptor() const { return stderr_; }
  /// Reads what it has said since; false if it has closed its stderr, as by ending.
  bool read();
  /// The last line that it has said and that is not empty.
  std::string last_line() const;

  void send(int signal) const;
  /// Waits until it has ended. Returns its status as waitpid does.
  int wait();

 private:
  ChildProcess(const std::vector<std::string>& arguments, std::pair<Descriptor, Descriptor> pipe);

  Descriptor stderr_;
  int process_ = -1;  ///< its id; -1 once it was waited for
  std::string said_;  ///< the end of it
};

}  // namespace heed

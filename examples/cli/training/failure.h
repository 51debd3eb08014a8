// What ends a command early, besides ConfigError (bad input).
#pragma once

#include "heed/framework/base/error.h"

namespace heed {

/// Something outside failed: a disk, a folder. Exit code 1.
struct RunError : TextError<RunError> {
  using TextError::TextError;
};

/// A number that training depends on is no longer finite. Exit code 3.
struct DivergedError : TextError<DivergedError> {
  using TextError::TextError;
};

/// `heed gradcheck` found a wrong gradient or too many kinks. Exit code 1.
struct GradcheckFailure : TextError<GradcheckFailure> {
  using TextError::TextError;
};

/// `heed leaks` found an output that depends on what it must not see. Exit code 1.
struct LeakFailure : TextError<LeakFailure> {
  using TextError::TextError;
};

/// The ranks of `heed launch` have failed and said why. Their exit code is that of the program.
class LaunchFailure : public Error {
 public:
  explicit LaunchFailure(int code) : Error("the ranks have failed"), code_(code) {}
  int code() const { return code_; }

 private:
  int code_;
};

/// A signal ended the run; everything is written. The program then dies by that signal.
class Interrupted : public Error {
 public:
  explicit Interrupted(int signal) : Error("interrupted"), signal_(signal) {}
  int signal() const { return signal_; }

 private:
  int signal_;
};

}  // namespace heed

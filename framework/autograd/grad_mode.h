// Whether ops are being recorded: a property of the thread. The body of a parallel_for may run in
// another thread, where recording is on: set it there.
#pragma once

namespace heed {

namespace detail {
inline thread_local constinit bool grad_enabled = true;
}

/// True if ops on tensors that require grad are recorded in this thread.
inline bool is_grad_enabled() {
  return detail::grad_enabled;
}

/// Sets recording for its own lifetime, then puts back what was.
class [[nodiscard]] GradMode {
 public:
  /// Records ops of this thread from now on, or stops recording them.
  explicit GradMode(bool enabled) : before_(detail::grad_enabled) {
    detail::grad_enabled = enabled;
  }
  ~GradMode() { detail::grad_enabled = before_; }
  GradMode(const GradMode&) = delete;
  GradMode& operator=(const GradMode&) = delete;

 private:
  bool before_;
};

/// Nothing is recorded while it lives: `NoGrad guard;`.
class [[nodiscard]] NoGrad : public GradMode {
 public:
  /// Stops recording.
  NoGrad() : GradMode(false) {}
};

}  // namespace heed

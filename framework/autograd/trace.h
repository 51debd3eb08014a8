// Watching a computation: an observer receives each op that this thread records, and the names
// that shape contracts give to axes.
#pragma once

#include <span>
#include <string_view>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// One op as `record` had it. Where it happened is Scope::place().
struct TracedOp {
  const char* op;                         ///< a string literal
  std::span<const Tensor* const> inputs;  ///< as tensors may be left out, some are undefined
  const Tensor& output;                   ///< a view if its storage is that of an input
};

/// Receives the ops that a thread records. Ops that an observer computes itself are not traced.
class OpObserver {
 public:
  virtual ~OpObserver() = default;
  /// After each op, whether or not it joined the graph.
  virtual void on_op(const TracedOp& op) = 0;
  /// A contract found `x` to have these axes: letters such as "B H L_1 D_qk". See Dims::check.
  virtual void on_axes(const Tensor& x, std::string_view axes) = 0;
};

/// While it lives, `observer` and no other receives what this thread computes; nullptr: none does.
/// Costs one thread-local load per op where there is none.
class [[nodiscard]] TraceScope {
 public:
  /// `observer` outlives it; nullptr: nobody watches.
  explicit TraceScope(OpObserver* observer) : outer_(observer_) { observer_ = observer; }
  ~TraceScope() { observer_ = outer_; }
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;

  /// The current observer; nullptr if there is none.
  static OpObserver* observer() { return observer_; }

 private:
  static inline thread_local constinit OpObserver* observer_ = nullptr;
  OpObserver* outer_;
};

}  // namespace heed

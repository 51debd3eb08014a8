// TraceRecorder: one row for each op of a computation, for `heed trace`.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "heed/examples/cli/inspect/trace/axes.h"
#include "heed/framework/autograd/trace.h"

namespace heed {

/// What an op does with memory.
enum class TraceKind {
  view,    ///< its output is memory of an input
  copy,    ///< elements of its inputs in new memory
  compute  ///< new elements in new memory
};

struct TraceRow {
  std::string path = {};  ///< of the module; empty outside of all
  std::string op = {};
  /// Rows ("#3"), parameters and buffers by their path, or "constant".
  std::vector<std::string> inputs = {};
  Axes axes = {};
  Shape shape = {};
  DType dtype = DType::f32;
  TraceKind kind = TraceKind::compute;
  int64_t bytes = 0;  ///< of new memory
};

/// Holds every tensor it has seen, so that no address is reused.
class TraceRecorder : public OpObserver {
 public:
  /// `names`: what parameters and buffers are called.
  explicit TraceRecorder(const std::vector<std::pair<std::string, Tensor>>& names);

  void on_op(const TracedOp& op) override;
  void on_axes(const Tensor& x, std::string_view pattern) override;

  const std::vector<TraceRow>& rows() const { return rows_; }
  /// Letters in the order in which contracts named them, each with the sizes it had.
  const std::vector<std::pair<std::string, std::vector<int64_t>>>& letters() const {
    return letters_;
  }

 private:
  struct Known {
    Tensor tensor;
    std::string name;
    int64_t row = -1;  // that made it; −1: none
    Axes axes = {};
    bool is_stated = false;  // the axes come from a contract; the first one counts
  };
  Known& known(const Tensor& x);
  /// Whether it is that of an input or an earlier op, such as one inside a checkpoint.
  bool knows_memory_of(const Tensor& x) const;
  void note_letters(const Axes& axes, const Shape& shape);

  std::map<const TensorImpl*, Known> known_;
  std::vector<TraceRow> rows_;
  std::vector<std::pair<std::string, std::vector<int64_t>>> letters_;
};

}  // namespace heed

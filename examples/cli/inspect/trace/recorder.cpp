#include "heed/examples/cli/inspect/trace/recorder.h"

#include <algorithm>
#include <array>

#include "heed/framework/base/scope.h"

namespace heed {
namespace {

constexpr std::array<std::string_view, 6> copying_ops{"clone", "to",           "cat",
                                                      "flip",  "index_select", "gather"};

/// `is_old`: the memory of its output was there before.
TraceKind kind_of(const TracedOp& op, bool is_old) {
  if (is_old) return TraceKind::view;
  const bool copies = std::find(copying_ops.begin(), copying_ops.end(), std::string_view(op.op)) !=
                      copying_ops.end();
  return copies ? TraceKind::copy : TraceKind::compute;
}

bool is_letter(const std::string& axis) {
  return (axis[0] < '0' || axis[0] > '9') && axis.find('*') == std::string::npos;
}

/// The axes of a pattern; "..." in front stands for what is known already.
Axes stated_axes(std::string_view pattern, const Tensor& x, const Axes& before) {
  Axes axes = axes_of(pattern);
  if (axes.empty() || axes[0] != "...") return axes;
  const size_t lead = static_cast<size_t>(x.dim()) - (axes.size() - 1);
  Axes leading;
  for (size_t d = 0; d < lead; ++d) {
    leading.push_back(before.empty() ? std::to_string(x.shape()[static_cast<int64_t>(d)])
                                     : before[d]);
  }
  axes.erase(axes.begin());
  axes.insert(axes.begin(), leading.begin(), leading.end());
  return axes;
}

}  // namespace

TraceRecorder::TraceRecorder(const std::vector<std::pair<std::string, Tensor>>& names) {
  for (const auto& [path, tensor] : names) known_[tensor.impl()] = {tensor, path};
}

TraceRecorder::Known& TraceRecorder::known(const Tensor& x) {
  return known_.try_emplace(x.impl(), Known{x, "constant"}).first->second;
}

bool TraceRecorder::knows_memory_of(const Tensor& x) const {
  return std::any_of(known_.begin(), known_.end(), [&](const auto& entry) {
    return entry.second.tensor.storage() == x.storage();
  });
}

void TraceRecorder::on_op(const TracedOp& op) {
  TraceRow row{
      .path = Scope::path(), .op = op.op, .shape = op.output.shape(), .dtype = op.output.dtype()};
  std::vector<NamedAxes> inputs;
  for (const Tensor* input : op.inputs) {
    if (!input->defined()) continue;
    const Known& from = known(*input);
    row.inputs.push_back(from.name);
    inputs.push_back({input, &from.axes});
  }
  row.kind = kind_of(op, knows_memory_of(op.output));
  if (row.kind != TraceKind::view) row.bytes = op.output.storage().bytes();
  row.axes = carried_axes(row.op, inputs, op.output);
  const auto number = static_cast<int64_t>(rows_.size());
  known_[op.output.impl()] = {op.output, "#" + std::to_string(number + 1), number, row.axes};
  rows_.push_back(std::move(row));
}

void TraceRecorder::on_axes(const Tensor& x, std::string_view pattern) {
  Known& named = known(x);
  const Axes axes = stated_axes(pattern, x, named.axes);
  note_letters(axes, x.shape());
  if (named.is_stated) return;
  named.is_stated = true;
  named.axes = axes;
  if (named.row >= 0) rows_[static_cast<size_t>(named.row)].axes = named.axes;
}

void TraceRecorder::note_letters(const Axes& axes, const Shape& shape) {
  for (size_t d = 0; d < axes.size(); ++d) {
    if (!is_letter(axes[d])) continue;
    auto letter = std::find_if(letters_.begin(), letters_.end(),
                               [&](const auto& known) { return known.first == axes[d]; });
    if (letter == letters_.end()) letter = letters_.insert(letters_.end(), {axes[d], {}});
    std::vector<int64_t>& sizes = letter->second;
    const int64_t size = shape[static_cast<int64_t>(d)];
    if (std::find(sizes.begin(), sizes.end(), size) == sizes.end()) sizes.push_back(size);
  }
}

}  // namespace heed

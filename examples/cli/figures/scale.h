// Scale: where numbers lie along an axis, and its ticks.
#pragma once

#include <string>
#include <vector>

namespace heed {

/// Values between two bounds; those of an empty range are no values.
struct ValueRange {
  double low = 1, high = 0;

  bool is_empty() const { return !(low <= high); }
  /// Widens the range to hold a value. NaN and infinities are left out; so is, on a logarithmic
  /// axis, what is not positive.
  void include(double value, bool is_log);
  /// The range for an axis: all of [0, 1] if it is empty, a range around a constant, and otherwise
  /// longer by this share at both ends.
  ValueRange widened(double share, bool is_log) const;
};

struct Tick {
  double value;
  std::string label;  ///< empty: a small tick between others
};

class Scale {
 public:
  /// Maps `values`, which is not empty and, if `is_log`, positive, to positions from `start` to
  /// `end`.
  Scale(ValueRange values, bool is_log, double start, double end)
      : values_(values), is_log_(is_log), start_(start), end_(end) {}

  /// Whether a value has a position: it is finite, and positive if the axis is logarithmic.
  bool shows(double value) const;
  /// The position of a value that shows(); one outside the range lies at the nearer end.
  double position(double value) const;
  double start() const { return start_; }
  /// About `count` ticks with labels, at 1, 2 or 5 times a power of ten.
  std::vector<Tick> ticks(int count) const;

 private:
  std::vector<Tick> linear_ticks(int count) const;
  std::vector<Tick> log_ticks(int count) const;

  ValueRange values_;
  bool is_log_;
  double start_, end_;
};

}  // namespace heed

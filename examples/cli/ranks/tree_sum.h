// TreeSum: a sum whose bits do not depend on who adds what.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

namespace heed {

/// The sum of `count` values in the order of one fixed binary tree over their numbers: node k of
/// level j is the sum of the values k · 2^j … (k + 1) · 2^j − 1, as far as they exist, and is made
/// by adding its two halves. Whoever has neighbouring values adds what lies inside of them; the
/// nodes that are left, given to another TreeSum, make the same sum as if it had had all values.
/// Values have `+=`. At most log₂(count) + 1 are held at a time if it has all of them.
template <class Value>
class TreeSum {
 public:
  struct Node {
    int level;
    int64_t index;
    Value value;
  };

  explicit TreeSum(int64_t count) : count_(count) {}

  /// Adds the value `index`. The numbers ascend.
  void add(int64_t index, Value value) { add(Node{0, index, std::move(value)}); }
  /// Adds a node of another such sum, which begins where the last one here ends.
  void add(Node node) {
    while (!is_root(node)) {
      if (node.index % 2 == 1) {
        if (!is_after_sibling(node)) break;
        nodes_.back().value += node.value;
        node.value = std::move(nodes_.back().value);
        nodes_.pop_back();
      } else if (!is_last(node)) {
        break;  // the other half is still to come
      }
      node.index /= 2;
      ++node.level;
    }
    nodes_.push_back(std::move(node));
  }

  /// What was added, in order. One node if that is everything.
  std::vector<Node>& nodes() { return nodes_; }
  const std::vector<Node>& nodes() const { return nodes_; }

 private:
  bool is_root(const Node& node) const { return (int64_t{1} << node.level) >= count_; }
  bool is_after_sibling(const Node& node) const {
    return !nodes_.empty() && nodes_.back().level == node.level &&
           nodes_.back().index + 1 == node.index;
  }
  /// Whether there is no node of its level behind it.
  bool is_last(const Node& node) const { return (node.index + 1) << node.level >= count_; }

  int64_t count_;
  std::vector<Node> nodes_;
};

/// For sums of which only the shape matters.
struct NoValue {
  NoValue& operator+=(NoValue) { return *this; }
};

/// What is left of the values `begin` … `end − 1` of `count`.
struct TreeShape {
  int64_t nodes;      ///< how many
  int64_t most_held;  ///< while they are added, that which is being added included
};
inline TreeShape tree_shape(int64_t count, int64_t begin, int64_t end) {
  TreeSum<NoValue> sum(count);
  size_t most_held = 0;
  for (int64_t i = begin; i < end; ++i) {
    most_held = std::max(most_held, sum.nodes().size() + 1);
    sum.add(i, NoValue{});
  }
  return {std::ssize(sum.nodes()), static_cast<int64_t>(most_held)};
}

}  // namespace heed

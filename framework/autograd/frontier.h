// Frontier: the gradients that wait in a sweep, by node, and which of the nodes is the newest.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "heed/framework/autograd/node.h"
#include "heed/framework/base/memory.h"

namespace heed {

/// A heap of ranks beside a hash table (linear probing, at most half full) from rank to node and
/// gradient. Both are one block each: a sweep allocates nothing per node.
class Frontier {
 public:
  struct Waiting {
    uint64_t rank = 0;  // 0: nothing is here
    Ref<Node> node;
    Tensor gradient;
  };

  bool empty() const { return ranks_.empty(); }

  /// The gradient that waits for `node`, which no other node shares `rank` with; undefined if none
  /// does yet. Valid until the next call.
  Tensor& gradient_of(uint64_t rank, const Ref<Node>& node) {
    size_t at = find(rank);
    if (table_[at].rank == 0) {
      if (2 * (ranks_.size() + 1) > table_.size()) {
        grow();
        at = find(rank);
      }
      ranks_.push_back(rank);
      std::push_heap(ranks_.begin(), ranks_.end());
      table_[at].rank = rank;
      table_[at].node = node;
    }
    return table_[at].gradient;
  }

  /// Takes the one of the highest rank out.
  Waiting take_newest() {
    std::pop_heap(ranks_.begin(), ranks_.end());
    size_t hole = find(ranks_.back());
    ranks_.pop_back();
    Waiting newest = take(hole);
    // Entries behind the hole move up, unless that would put them before their home.
    for (size_t i = next(hole); table_[i].rank != 0; i = next(i)) {
      const size_t from_home = (i - home(table_[i].rank)) & (table_.size() - 1);
      if (from_home < ((i - hole) & (table_.size() - 1))) continue;
      table_[hole] = take(i);
      hole = i;
    }
    return newest;
  }

 private:
  template <class T>
  using List = std::vector<T, BlockAllocator<T>>;

  size_t home(uint64_t rank) const {  // Knuth's multiplicative hash
    return static_cast<size_t>(rank * 0x9E3779B97F4A7C15 >> 32) & (table_.size() - 1);
  }
  size_t next(size_t i) const { return (i + 1) & (table_.size() - 1); }
  size_t find(uint64_t rank) const {
    size_t i = home(rank);
    while (table_[i].rank != 0 && table_[i].rank != rank) i = next(i);
    return i;
  }
  Waiting take(size_t i) {
    return {std::exchange(table_[i].rank, 0), std::move(table_[i].node),
            std::move(table_[i].gradient)};
  }
  void grow() {
    List<Waiting> before(2 * table_.size());
    std::swap(before, table_);
    for (Waiting& waiting : before) {
      if (waiting.rank != 0) table_[find(waiting.rank)] = std::move(waiting);
    }
  }

  List<uint64_t> ranks_;  // a heap
  List<Waiting> table_ = List<Waiting>(16);
};

}  // namespace heed

// Team: the processes that train one model together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "heed/framework/base/memory.h"

namespace heed {

/// The processes that train one model together. Each is a rank, 0 … size() − 1; alone, a process is
/// rank 0 of 1. Nothing is computed in here: only bytes are moved, so that no bit of a result
/// depends on how. The functions called collective return when all ranks have called them, which
/// all do in the same order.
class Team {
 public:
  /// A half-open range of numbered things.
  struct Range {
    int64_t begin, end;
  };

  Team(int rank, int size) : rank_(rank), size_(size) {}
  virtual ~Team() = default;
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }
  bool is_alone() const { return size_ == 1; }
  /// Whether this is rank 0, the only one that writes files and says anything.
  bool leads() const { return rank_ == 0; }

  /// Which of `count` things a rank does: neighbours, and as many as any other rank or one more.
  Range share_of(int64_t count, int rank) const {
    return {count * rank / size_, count * (rank + 1) / size_};
  }
  Range share_of(int64_t count) const { return share_of(count, rank_); }

  /// Collective: `sizes[r]` bytes of each rank r, one after another, to every rank. `mine` are
  /// those of this rank.
  virtual void gather(std::span<const std::byte> mine, std::span<const int64_t> sizes,
                      std::span<std::byte> all) = 0;
  /// Collective: `outgoing[r]` bytes of `mine`, one after another, go to each rank r, and
  /// `incoming[r]` come from it.
  virtual void exchange(std::span<const std::byte> mine, std::span<const int64_t> outgoing,
                        std::span<std::byte> theirs, std::span<const int64_t> incoming) = 0;
  /// Tells whoever watches over a rank that it gets on, and with what: for the message if it stops
  /// doing so. `work` is a literal such as "step".
  virtual void get_on(const char* work, int64_t number) = 0;

  /// Collective: a value of each rank, in the order of the ranks.
  template <class T>
  std::vector<T> gathered(const T& mine) {
    static_assert(std::is_trivially_copyable_v<T>);
    std::vector<T> all(static_cast<size_t>(size_));
    const std::vector<int64_t> sizes(all.size(), int64_t{sizeof(T)});
    gather(std::as_bytes(std::span(&mine, 1)), sizes, std::as_writable_bytes(std::span(all)));
    return all;
  }
  /// Collective: values of which each rank has its share_of(values.size()); the others are filled
  /// in.
  template <class T>
  void complete(std::span<T> values) {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto count = static_cast<int64_t>(values.size());
    std::vector<int64_t> sizes;
    for (int r = 0; r < size_; ++r) {
      sizes.push_back((share_of(count, r).end - share_of(count, r).begin) * int64_t{sizeof(T)});
    }
    const Range own = share_of(count);
    const auto part = values.subspan(memory_size(own.begin), memory_size(own.end - own.begin));
    const std::vector<T> mine(part.begin(), part.end());
    gather(std::as_bytes(std::span(mine)), sizes, std::as_writable_bytes(values));
  }
  /// Collective: a text of each rank, in the order of the ranks.
  std::vector<std::string> texts(std::string_view mine);
  /// Collective: what rank 0 has, to every rank.
  void share(std::span<std::byte> bytes);
  /// Collective: whether it is true of any rank.
  bool any(bool is_true);

 private:
  int rank_, size_;
};

/// A process that trains alone.
class Alone final : public Team {
 public:
  Alone() : Team(0, 1) {}
  void gather(std::span<const std::byte> mine, std::span<const int64_t> sizes,
              std::span<std::byte> all) override;
  void exchange(std::span<const std::byte> mine, std::span<const int64_t> outgoing,
                std::span<std::byte> theirs, std::span<const int64_t> incoming) override;
  void get_on(const char*, int64_t) override {}
};

/// The team of whoever was not told of another.
Team& no_team();

}  // namespace heed

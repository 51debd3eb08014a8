#include "heed/examples/cli/ranks/team.h"

#include <algorithm>

namespace heed {

std::vector<std::string> Team::texts(std::string_view mine) {
  const std::vector<int64_t> sizes = gathered(static_cast<int64_t>(mine.size()));
  int64_t total = 0;
  for (const int64_t size : sizes) total += size;
  std::string all(static_cast<size_t>(total), '\0');
  gather(std::as_bytes(std::span(mine.data(), mine.size())), sizes,
         std::as_writable_bytes(std::span(all)));
  std::vector<std::string> texts;
  size_t begin = 0;
  for (const int64_t size : sizes) {
    texts.push_back(all.substr(begin, static_cast<size_t>(size)));
    begin += static_cast<size_t>(size);
  }
  return texts;
}

void Team::share(std::span<std::byte> bytes) {
  std::vector<int64_t> sizes(static_cast<size_t>(size_), 0);
  sizes.front() = static_cast<int64_t>(bytes.size());
  std::vector<std::byte> mine;
  if (leads()) mine.assign(bytes.begin(), bytes.end());
  gather(mine, sizes, bytes);
}

bool Team::any(bool is_true) {
  const std::vector<char> all = gathered(static_cast<char>(is_true ? 1 : 0));
  return std::find(all.begin(), all.end(), char{1}) != all.end();
}

void Alone::gather(std::span<const std::byte> mine, std::span<const int64_t>,
                   std::span<std::byte> all) {
  std::copy(mine.begin(), mine.end(), all.begin());
}

void Alone::exchange(std::span<const std::byte> mine, std::span<const int64_t>,
                     std::span<std::byte> theirs, std::span<const int64_t>) {
  std::copy(mine.begin(), mine.end(), theirs.begin());
}

Team& no_team() {
  static Alone alone;
  return alone;
}

}  // namespace heed

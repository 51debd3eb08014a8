#include "heed/framework/io/safetensors_checksums.h"

#include <algorithm>
#include <numeric>

#include "heed/framework/base/text.h"
#include "heed/framework/io/checksum.h"
#include "heed/framework/io/io_error.h"

namespace heed {
namespace {

using Metadata = std::map<std::string, std::string>;

constexpr std::string_view header_key = "crc32", tensor_key = "crc32:", kind_key = "heed.checksums",
                           kind = "crc32";

/// The entries' numbers in the order of their names. Throws IoError when two have the same.
std::vector<size_t> sorted_by_name(const std::vector<TensorEntry>& entries, std::string_view file) {
  std::vector<size_t> order(entries.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return entries[a].name < entries[b].name; });
  const auto twice = std::adjacent_find(order.begin(), order.end(), [&](size_t a, size_t b) {
    return entries[a].name == entries[b].name;
  });
  if (twice == order.end()) return order;
  throw IoError(file, ": two tensors have the same name: ", in_quotes(entries[*twice].name));
}

/// As the head of safetensors_checksums.h says.
uint32_t header_checksum(const std::vector<TensorEntry>& entries, const std::vector<size_t>& order,
                         const Metadata& metadata) {
  Crc32 sum;
  const auto add_sized = [&](std::string_view text) {
    sum.add(std::to_string(text.size()) + ":");
    sum.add(text);
  };
  for (const size_t i : order) {
    add_sized(entries[i].name);
    sum.add(text_of(" ", entries[i].dtype, " ", entries[i].shape, "\n"));
  }
  for (const auto& [key, value] : metadata) {
    if (key == header_key) continue;
    add_sized(key);
    sum.add(" ");
    add_sized(value);
    sum.add("\n");
  }
  return sum.value();
}

uint32_t parse_checksum(const std::string& key, const std::string& value, std::string_view file) {
  if (const auto checksum = checksum_of_text(value)) return *checksum;
  throw IoError(file, ": not a checksum: ", in_quotes(key), " in __metadata__ is ",
                in_quotes(value), "; it takes eight digits 0-9a-f");
}

bool is_checksum_key(std::string_view key) {
  return key == header_key || key == kind_key || key.starts_with(tensor_key);
}

}  // namespace

void take_checksums(SafetensorsHeader& header, std::string_view file) {
  std::vector<TensorEntry>& entries = header.entries;
  Metadata& metadata = header.metadata;
  const std::vector<size_t> order = sorted_by_name(entries, file);
  const auto known = metadata.find(std::string(kind_key));
  const bool complete = known != metadata.end();
  if (complete && known->second != kind) {
    throw IoError(file, ": checksums of an unknown kind: ", in_quotes(known->second), "; heed has ",
                  kind);
  }
  if (const auto own = metadata.find(std::string(header_key)); own != metadata.end()) {
    const uint32_t given = parse_checksum(own->first, own->second, file);
    const uint32_t found = header_checksum(entries, order, metadata);
    if (given != found) {
      throw IoError(file, ": the header is damaged: its checksum is ", checksum_text(found),
                    ", not ", checksum_text(given));
    }
  } else if (complete) {
    throw IoError(file, ": the header is damaged: its checksum is missing");
  }
  for (auto at = metadata.begin(); at != metadata.end();) {
    const auto& [key, value] = *at;
    if (key.starts_with(tensor_key)) {
      const std::string_view name = std::string_view(key).substr(tensor_key.size());
      const auto place = std::lower_bound(
          order.begin(), order.end(), name,
          [&](size_t i, std::string_view other) { return entries[i].name < other; });
      if (place == order.end() || entries[*place].name != name) {
        throw IoError(file, ": a checksum without its tensor: ", in_quotes(name));
      }
      entries[*place].checksum = parse_checksum(key, value, file);
    }
    at = is_checksum_key(key) ? metadata.erase(at) : std::next(at);
  }
  for (const TensorEntry& entry : entries) {
    if (complete && !entry.checksum) fail_tensor(file, entry.name, "its checksum is missing");
  }
}

Metadata metadata_with_checksums(const SafetensorsHeader& header, std::string_view file) {
  Metadata metadata = header.metadata;
  for (const auto& [key, value] : metadata) {
    if (!is_checksum_key(key)) continue;
    throw IoError(file, ": a metadata key that the checksums take: ", in_quotes(key));
  }
  metadata.emplace(kind_key, kind);
  for (const TensorEntry& entry : header.entries) {
    metadata.emplace(std::string(tensor_key) + entry.name, checksum_text(*entry.checksum));
  }
  metadata.emplace(header_key,
                   checksum_text(header_checksum(header.entries,
                                                 sorted_by_name(header.entries, file), metadata)));
  return metadata;
}

}  // namespace heed

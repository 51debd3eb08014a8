#include "heed/examples/cli/inspect/runs/event_file.h"

#include <array>
#include <bit>
#include <cstddef>

namespace heed {
namespace {

constexpr std::array<uint32_t, 256> remainders = [] {
  constexpr uint32_t polynomial = 0x82F63B78;  // bits in reverse order
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < table.size(); ++byte) {
    uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = remainder >> 1 ^ (remainder % 2 == 1 ? polynomial : 0);
    }
    table[byte] = remainder;
  }
  return table;
}();

/// The lowest byte first.
template <class Unsigned>
std::string little_endian(Unsigned value) {
  std::string bytes;
  for (size_t i = 0; i < sizeof value; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xFF);
  return bytes;
}

/// Checksums that lie in a file are masked, so that a file of files is not its own checksum.
std::string masked_checksum(std::string_view bytes) {
  constexpr uint32_t delta = 0xA282EAD8;
  return little_endian(std::rotr(crc32c(bytes), 15) + delta);
}

void add_record(std::string& file, std::string_view content) {
  const std::string size = little_endian(static_cast<uint64_t>(content.size()));
  file.append(size).append(masked_checksum(size)).append(content).append(masked_checksum(content));
}

/// How protobuf writes a value, the lower part of the number before each field.
enum class Wire : uint8_t { varint = 0, eight_bytes = 1, sized = 2, four_bytes = 5 };

std::string varint(uint64_t value) {
  constexpr uint64_t continues = 0x80;
  std::string bytes;
  for (; value >= continues; value >>= 7) bytes += static_cast<char>(value % continues + continues);
  return bytes + static_cast<char>(value);
}

std::string field(uint32_t number, Wire wire, std::string_view value) {
  return varint(number << 3 | static_cast<uint32_t>(wire)).append(value);
}

std::string sized_field(uint32_t number, std::string_view content) {
  return field(number, Wire::sized, varint(content.size()).append(content));
}

std::string wall_time_field(double seconds) {
  return field(1, Wire::eight_bytes, little_endian(std::bit_cast<uint64_t>(seconds)));
}

/// Event: wall_time = 1, step = 2, file_version = 3, summary = 5; Summary: value = 1; Value: tag =
/// 1, simple_value = 2.
std::string event_message(const ScalarEvent& event) {
  std::string summary;
  for (const auto& [tag, value] : event.values) {
    const auto bits = std::bit_cast<uint32_t>(static_cast<float>(value));
    summary +=
        sized_field(1, sized_field(1, tag) + field(2, Wire::four_bytes, little_endian(bits)));
  }
  return wall_time_field(event.wall_time) +
         field(2, Wire::varint, varint(static_cast<uint64_t>(event.step))) +
         sized_field(5, summary);
}

}  // namespace

uint32_t crc32c(std::string_view bytes) {
  uint32_t remainder = UINT32_MAX;
  for (const char c : bytes) {
    remainder = remainder >> 8 ^ remainders[(remainder ^ static_cast<unsigned char>(c)) & 0xFF];
  }
  return ~remainder;
}

std::string event_file(const std::vector<ScalarEvent>& events) {
  std::string file;
  const double begun = events.empty() ? 0 : events.front().wall_time;
  add_record(file, wall_time_field(begun) + sized_field(3, "brain.Event:2"));
  for (const ScalarEvent& event : events) add_record(file, event_message(event));
  return file;
}

}  // namespace heed

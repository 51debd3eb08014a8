// TensorBoard's event files: records with checksums, each a protobuf message that is written by
// hand. tensorflow/core/lib/io/record_writer.h and core/util/event.proto describe them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heed {

/// CRC-32C (Castagnoli): 0xE3069283 of "123456789".
uint32_t crc32c(std::string_view bytes);

/// Numbers of one step: tag → value.
struct ScalarEvent {
  double wall_time;  ///< seconds since 1970
  int64_t step;      ///< not negative
  std::vector<std::pair<std::string, double>> values;
};

/// The bytes of an event file: its version, at the time of the first event, then the events. Values
/// are kept as f32.
std::string event_file(const std::vector<ScalarEvent>& events);

}  // namespace heed

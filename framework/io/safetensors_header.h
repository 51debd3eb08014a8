// The header of a safetensors file: which tensors lie where in the data, and their metadata.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "heed/framework/base/text.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/tensor/shape.h"

namespace heed {

/// A tensor of the file.
struct TensorEntry {
  std::string name;   ///< unique in its file
  std::string dtype;  ///< as in the file: "BF16"
  Shape shape;        ///< at most eight sizes
  /// Bytes of the data, which follow the header.
  uint64_t begin, end;               ///< bytes of the data, which follow the header
  std::optional<uint32_t> checksum;  ///< CRC-32 of these bytes, if the file has it
};

/// All that a file says before its data.
struct SafetensorsHeader {
  std::vector<TensorEntry> entries;             ///< in the order of their data
  std::map<std::string, std::string> metadata;  ///< without the checksums
};

/// Throws IoError `<file>: tensor "<name>": <rule and values>`.
template <class... Parts>
[[noreturn]] void fail_tensor(std::string_view file, std::string_view name, const Parts&... parts) {
  throw IoError(file, ": tensor ", in_quotes(name), ": ", parts...);
}

/// Limits of the format (the header's) and of heed, which keep reading within bounds.
inline constexpr uint64_t safetensors_header_limit = 100'000'000;  ///< bytes
/// Files with more tensors are refused.
inline constexpr size_t safetensors_tensor_limit = 65'536;
/// Files with more metadata entries are refused.
inline constexpr size_t safetensors_metadata_limit = 2 * safetensors_tensor_limit;

/// Reads the JSON of a header whose file has `data_size` bytes after it. All rules of the format
/// are checked, and the header's own checksum. Throws IoError naming the file `name`.
SafetensorsHeader parse_safetensors_header(std::string_view text, uint64_t data_size,
                                           std::string_view name);

/// The JSON of a header with checksums, without padding. Throws IoError naming the file `name` when
/// it could not be read again.
std::string safetensors_header_text(const SafetensorsHeader& header, std::string_view name);

}  // namespace heed

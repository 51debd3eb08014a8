// Tensors in safetensors files, which the Python package of that name reads and writes too.
//
// Read are F64, F32, I64 and BOOL, and F16 and BF16 as the f32 of the same value; F64, F32, I64 and
// BOOL are written. Files that heed writes carry checksums (safetensors_checksums.h), which are
// checked wherever they are. Every rule of the format is checked before memory is allocated:
// reading takes at most twice the file and 64 MB. What breaks one throws an IoError that names the
// file, the tensor and the values.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "heed/framework/io/descriptor.h"
#include "heed/framework/io/safetensors_header.h"
#include "heed/framework/tensor/named_tensors.h"

namespace heed {

/// What a file holds: the tensors in the order of their data, new and outside the graph, and the
/// metadata without the checksums.
struct TensorFile {
  NamedTensors tensors;                         ///< in the order of their data
  std::map<std::string, std::string> metadata;  ///< the user's own keys
  uint32_t checksum = 0;  ///< of the header, with the tensors' checksums that of the whole file
};

/// A file as bytes. The data of tensors with larger elements comes first, so that all are aligned;
/// else it is in the order given. Throws IoError for names or metadata that no file can hold.
std::string to_safetensors(const NamedTensors& tensors,
                           const std::map<std::string, std::string>& metadata = {});

/// Writes the same as a new file and waits until the disk has it. On an error there is no file.
/// Returns TensorFile::checksum.
uint32_t save_safetensors(const std::string& path, const NamedTensors& tensors,
                          const std::map<std::string, std::string>& metadata = {});

/// The tensors and the metadata of a file given as bytes; `name` is for messages.
TensorFile read_safetensors(std::string_view bytes, std::string_view name);
/// The same of the file at `path`. Throws IoError if it cannot be read or is damaged.
TensorFile load_safetensors(const std::string& path, Links links = Links::follow);

/// What the file says of its tensors. Their data is not looked at, but for its size.
SafetensorsHeader read_safetensors_header(std::string_view bytes, std::string_view name);
/// The same of the file at `path`. Throws IoError if it cannot be read or is damaged.
SafetensorsHeader load_safetensors_header(const std::string& path, Links links = Links::follow);

}  // namespace heed

// Checksums in the metadata of safetensors files, which other programs see as plain text:
//
//   "crc32:<tensor>"  of the bytes of each tensor
//   "crc32"           of everything else that the file says: names, dtypes, shapes, metadata
//   "heed.checksums"  always "crc32": all must be present, so that none is lost unnoticed
//
// "crc32" is that of the tensors in the order of their names, each `<size of the name>:<name>
// <dtype> <shape>` and a line feed with the shape written as [2, 3], followed by all other keys of
// the metadata in their order, each `<size of the key>:<key> <size of the value>:<value>` and a
// line feed. It does not cover where the data lies: the tensors' own checksums do.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "heed/framework/io/safetensors_header.h"

namespace heed {

/// Moves the checksums from the metadata of a header that was read to its entries. Refuses names
/// that appear twice. Throws IoError naming the file when one is wrong or missing.
void take_checksums(SafetensorsHeader& header, std::string_view file);

/// The metadata to write: the header's and the checksums of its entries, which must all have one.
/// Throws IoError naming the file for keys reserved for checksums and for names that appear twice.
std::map<std::string, std::string> metadata_with_checksums(const SafetensorsHeader& header,
                                                           std::string_view file);

}  // namespace heed

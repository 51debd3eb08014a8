// Safetensors files made by hand, and what any bytes given as one must lead to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "heed/framework/io/safetensors.h"

namespace heed::testing {

/// The size of the header, the header, the data.
std::string safetensors_bytes(std::string_view header, std::string_view data = "");

/// What read_safetensors says of these bytes, as the file "f"; "" if it loads them.
std::string safetensors_message(std::string_view bytes);

/// "" if both hold the same tensors, bit by bit, and the same metadata; else where not.
std::string file_difference(const TensorFile& a, const TensorFile& b);

/// What must hold for any bytes: they are refused by an IoError, or what they load as is written
/// and loads equal. "" if so; else what went wrong. `loads` tells which of both.
std::string safetensors_problem(std::string_view bytes, bool& loads);

}  // namespace heed::testing

// The dtypes of safetensors files, and which of heed's hold their elements.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "heed/framework/tensor/dtype.h"

namespace heed {

/// A dtype of the format that heed reads.
struct FileDType {
  const char* name;   ///< as in the file: "BF16"
  uint64_t itemsize;  ///< bytes of an element in the file
  DType held;         ///< what it is in memory; wider than in the file for F16 and BF16
};

/// The one of this name; nullptr if heed does not read it.
const FileDType* find_file_dtype(std::string_view name);

/// True for all dtypes of the format, also those that heed does not read.
bool is_file_dtype(std::string_view name);

/// The names of those that heed reads: "F64 F32 F16 BF16 I64 BOOL".
std::string readable_dtypes();

/// The name under which heed writes a dtype.
const char* file_name_of(DType dtype);

/// F16 and BF16 elements as the f32 of the very same value: nothing is rounded, NaN stays NaN.
void widen(const FileDType& from, std::span<const uint16_t> halves, float* to);

}  // namespace heed

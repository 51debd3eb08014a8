// Tensors as JSON: {"dtype":"f64","shape":[2],"data":[1.0,"NaN"]}, as heed-eval reads and writes.
#pragma once

#include <string>
#include <string_view>

#include "heed/framework/tensor/tensor.h"
#include "heed/tests/support/case/attributes.h"

namespace heed::testing {

/// Strict: throws RequestError, naming `what`, for anything that is not exactly a tensor. null is
/// an undefined tensor.
Tensor tensor_from_json(const Json& json, const std::string& what);

/// Of one tensor that is written: an expanded one may have more elements than there is memory.
inline constexpr int64_t max_elements = int64_t{1} << 22;

/// 17 significant digits for f64, nine for f32; an undefined tensor is null. Throws RequestError
/// for more than max_elements.
std::string to_json_text(const Tensor& tensor);
/// `[…,…]` of tensors.
std::string to_json_text(const std::vector<Tensor>& tensors);

/// Throws RequestError for an unknown name.
DType dtype_from_name(const std::string& name);

inline constexpr size_t max_json_bytes = size_t{64} << 20;
inline constexpr int max_json_depth = 32;

/// One JSON value. Throws RequestError, also for a text that is too long, nested too deeply, or
/// that names a key of an object twice.
Json parse_json(std::string_view text);

}  // namespace heed::testing

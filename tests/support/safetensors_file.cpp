#include "heed/tests/support/safetensors_file.h"

#include <algorithm>

#include "heed/framework/io/io_error.h"

namespace heed::testing {
namespace {

std::string_view bytes_of(const Tensor& tensor) {  // of one that was read: it has its own storage
  return {reinterpret_cast<const char*>(tensor.storage().data()),
          static_cast<size_t>(tensor.numel() * itemsize(tensor.dtype()))};
}

std::string tensor_difference(const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype()) return "dtypes";
  if (!(a.shape() == b.shape())) return "shapes";
  return bytes_of(a) == bytes_of(b) ? "" : "elements";
}

/// In the order of the names.
NamedTensors sorted(NamedTensors tensors) {
  std::sort(tensors.begin(), tensors.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  return tensors;
}

}  // namespace

std::string safetensors_bytes(std::string_view header, std::string_view data) {
  const uint64_t size = header.size();
  std::string bytes(reinterpret_cast<const char*>(&size), sizeof size);
  return bytes.append(header).append(data);
}

std::string safetensors_message(std::string_view bytes) {
  try {
    read_safetensors(bytes, "f");
  } catch (const IoError& error) {
    return error.what();
  }
  return "";
}

std::string file_difference(const TensorFile& a, const TensorFile& b) {
  if (a.metadata != b.metadata) return "other metadata";
  if (a.tensors.size() != b.tensors.size()) return "another number of tensors";
  const NamedTensors left = sorted(a.tensors), right = sorted(b.tensors);
  for (size_t i = 0; i < left.size(); ++i) {
    if (left[i].first != right[i].first) return "other names";
    const std::string difference = tensor_difference(left[i].second, right[i].second);
    if (!difference.empty()) return "other " + difference + " of " + left[i].first;
  }
  return "";
}

std::string safetensors_problem(std::string_view bytes, bool& loads) {
  loads = false;
  TensorFile file;
  try {
    file = read_safetensors(bytes, "f");
  } catch (const IoError& error) {
    return std::string_view(error.what()).starts_with("f: ") ? "" : error.what();
  }
  loads = true;
  const std::string written = to_safetensors(file.tensors, file.metadata);
  return file_difference(file, read_safetensors(written, "written"));
}

}  // namespace heed::testing

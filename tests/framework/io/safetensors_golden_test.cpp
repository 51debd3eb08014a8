// Files that the Python package wrote are read as what it meant: tests/golden/safetensors_files.py.
#include <bit>
#include <charconv>

#include "heed/tests/support/catch.h"
#include "heed/tests/support/golden.h"
#include "heed/tests/support/safetensors_file.h"

namespace heed::testing::safetensors_golden_test {
namespace {

const std::string folder = HEED_SOURCE_DIR "/tests/golden/safetensors/";

/// The elements of a tensor that was read, each as its bits in hexadecimal.
std::vector<std::string> bits_of(const Tensor& tensor) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(tensor.storage().data());
  std::vector<std::string> bits;
  for (int64_t i = 0; i < tensor.numel(); ++i) {
    std::string text;
    for (int64_t byte = itemsize(tensor.dtype()) - 1; byte >= 0; --byte) {
      constexpr std::string_view digits = "0123456789abcdef";
      const unsigned char value = bytes[i * itemsize(tensor.dtype()) + byte];
      text += {digits[value >> 4], digits[value & 15]};
    }
    bits.push_back(text);
  }
  return bits;
}

/// "" if the file holds exactly what the JSON says.
std::string golden_problem(const TensorFile& file, const Json& wanted) {
  if (Json(file.metadata) != wanted["metadata"]) return "other metadata";
  if (file.tensors.size() != wanted["tensors"].size()) return "another number of tensors";
  for (const auto& [name, tensor] : file.tensors) {
    if (!wanted["tensors"].contains(name)) return "no tensor " + name;
    const Json& one = wanted["tensors"][name];
    if (one["dtype"] != name_of(tensor.dtype())) return "another dtype: " + name;
    if (one["shape"] != std::vector<int64_t>(tensor.shape().begin(), tensor.shape().end())) {
      return "another shape: " + name;
    }
    if (one["bits"] != bits_of(tensor)) return "other elements: " + name;
  }
  return "";
}

}  // namespace

TEST_CASE("safetensors: files of the Python package are read bit by bit", "[io]") {
  const Json golden = heed::testing::golden_file("safetensors/expected.json");
  size_t tensors = 0;
  for (const auto& [name, wanted] : golden["files"].items()) {
    CAPTURE(name);
    const TensorFile file = load_safetensors(folder + name + ".safetensors");
    CHECK(golden_problem(file, wanted) == "");
    tensors += file.tensors.size();
    const std::string again = to_safetensors(file.tensors, file.metadata);
    CHECK(golden_problem(read_safetensors(again, "again"), wanted) == "");
  }
  CHECK(golden["files"].size() == 4);
  CHECK(tensors == 15);
}

}  // namespace heed::testing::safetensors_golden_test

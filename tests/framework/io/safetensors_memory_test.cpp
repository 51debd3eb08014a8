// Whatever a file says, reading it takes at most twice its size and 64 MB.
#include <algorithm>

#include "heed/framework/base/memory.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/support/allocations.h"
#include "heed/tests/support/catch.h"
#include "heed/tests/support/folder.h"
#include "heed/tests/support/safetensors_file.h"

namespace heed::testing::safetensors_memory_test {
namespace {

/// The most bytes held while `act` ran, tensors and all else.
template <class Act>
int64_t peak_of(Act act) {
  release_cached_memory();
  const int64_t before = memory_stats().live_bytes;
  reset_peak_memory();
  heed::testing::reset_peak_allocated();
  act();
  return heed::testing::peak_allocated() + memory_stats().peak_bytes - before;
}

/// How what reading takes compares with the bound; 1 is the bound. The bytes themselves belong to
/// the file, so a file on the disk is loaded.
double share_of_bound(const std::string& bytes, const std::string& wanted_message) {
  const Folder folder;
  folder.write("f", bytes);
  std::string message;
  const int64_t peak = peak_of([&] {
    try {
      load_safetensors(folder / "f");
    } catch (const Error& error) {
      message = error.what();
    }
  });
  CHECK(message == (wanted_message.empty() ? "" : (folder / "f") + wanted_message));
  return static_cast<double>(peak) / (2 * static_cast<double>(bytes.size()) + 64e6);
}

constexpr size_t large = safetensors_header_limit;

/// Entries of empty tensors.
std::string tiny_entries(size_t count) {
  std::string header = "{";
  for (size_t i = 0; i < count; ++i) {
    header += (i == 0 ? "\"" : ",\"") + std::to_string(i) +
              R"(":{"dtype":"F32","shape":[0],"data_offsets":[0,0]})";
  }
  return header + "}";
}

}  // namespace

TEST_CASE("safetensors: a hostile header costs no memory", "[io]") {
  std::string nested = R"({"w":)";
  nested.resize(large, '[');
  CHECK(share_of_bound(safetensors_bytes(nested),
                       ": malformed header: at its byte 5: expected \"{\", found \"[\"") < 1);
  CHECK(share_of_bound(safetensors_bytes(tiny_entries(1'000'000)), ": more than 65536 tensors") <
        1);
  CHECK(share_of_bound(safetensors_bytes(tiny_entries(safetensors_tensor_limit)), "") < 1);
  std::string name = "{\"";
  name.resize(large / 4, 'x');
  const std::string shown(60, 'x');
  CHECK(share_of_bound(safetensors_bytes(name + "\":{}}"),
                       ": tensor \"" + shown + "…\": dtype is missing") < 1);
  CHECK(share_of_bound(safetensors_bytes(R"({"__metadata__":{"a":")" + name.substr(2) + "\"}}"),
                       "") < 1);
}

TEST_CASE("safetensors: much metadata costs little memory", "[io]") {
  const auto header = [](size_t count) {
    std::string text = R"({"__metadata__":{)";
    for (size_t i = 0; i < count; ++i) {
      text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":\"\"";
    }
    return text + "}}";
  };
  CHECK(share_of_bound(safetensors_bytes(header(safetensors_metadata_limit)), "") < 1);
  CHECK(share_of_bound(safetensors_bytes(header(safetensors_metadata_limit + 1)),
                       ": more than 131072 keys in __metadata__") < 1);
}

TEST_CASE("safetensors: the largest file of the smallest tensors comes back", "[io]") {
  NamedTensors tensors;
  for (size_t i = 0; i < safetensors_tensor_limit; ++i) {
    tensors.emplace_back(std::to_string(i), zeros({0}));
  }
  const std::string bytes = to_safetensors(tensors);
  CHECK(share_of_bound(bytes, "") < 1);
  CHECK(read_safetensors(bytes, "f").tensors.size() == safetensors_tensor_limit);
  tensors.emplace_back("one more", zeros({0}));
  CHECK_THROWS_WITH(to_safetensors(tensors),
                    "to_safetensors: too many tensors: 65537, at most 65536");
}

TEST_CASE("safetensors: data is read without a copy, and 16-bit floats at twice their size",
          "[io]") {
  constexpr size_t bytes = 96'000'000;
  for (const std::string dtype : {"BF16", "F32"}) {
    const size_t itemsize = dtype == "F32" ? 4 : 2;
    const std::string header = "{\"w\":{\"dtype\":\"" + dtype + "\",\"shape\":[" +
                               std::to_string(bytes / itemsize) + "],\"data_offsets\":[0," +
                               std::to_string(bytes) + "]}}";
    const Folder folder;
    folder.write("f", safetensors_bytes(header, std::string(bytes, '\0')));
    const int64_t peak = peak_of([&] { load_safetensors(folder / "f"); });
    CHECK(peak < static_cast<int64_t>(bytes * 4 / itemsize) + 1'000'000);
  }
}

TEST_CASE("safetensors: writing holds no second copy of the tensors", "[io]") {
  NamedTensors tensors;
  for (const char* name : {"a", "b", "c", "d"}) tensors.emplace_back(name, ones({4'000'000}));
  const Folder folder;
  CHECK(peak_of([&] { save_safetensors(folder / "f", tensors); }) < 1'000'000);
  CHECK(peak_of([&] { to_safetensors(tensors); }) < 65'000'000);
}

}  // namespace heed::testing::safetensors_memory_test

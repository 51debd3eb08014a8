// Damaged and foreign bytes: refused with a message, or what they load as is whole.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "heed/framework/io/read_file.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/support/catch.h"
#include "heed/tests/support/safetensors_file.h"

namespace heed::testing::safetensors_hostile_test {
namespace {

constexpr int mutations = 20'000;

TensorFile small_file() {
  return {{{"w", tensor<float>({1, -2, 3})},
           {"steps", scalar(12, DType::i64)},
           {"mask", from_values(std::span<const bool>({true}), {1})},
           {"none", zeros({0, 5}, DType::f64)}},
          {{"about", "a test\x1f"}, {"", "ä"}}};
}

/// The same kinds and more, as other programs write them: without checksums.
const std::string foreign_header =
    R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F64","shape":[],"data_offsets":[0,8]},)"
    R"("b":{"dtype":"F16","shape":[2,1],"data_offsets":[8,12]},)"
    R"("c":{"dtype":"BF16","shape":[2],"data_offsets":[12,16]},)"
    R"("d":{"dtype":"BOOL","shape":[1,1],"data_offsets":[16,17]}}  )";
const std::string foreign_data = std::string(16, '\x41') + '\x01';

const std::vector<std::string> words = {"\"",
                                        "\\",
                                        "{",
                                        "}",
                                        "[",
                                        "]",
                                        ":",
                                        ",",
                                        "0",
                                        "1",
                                        "-1",
                                        "1.0",
                                        "1e2",
                                        "null",
                                        "true",
                                        "\"a\"",
                                        "[0,8]",
                                        "[[",
                                        "\\u0",
                                        "\\ud83d",
                                        "\xff",
                                        " ",
                                        "\n",
                                        "\"F32\"",
                                        "I64",
                                        "BOOL",
                                        "F16",
                                        "dtype",
                                        "shape",
                                        "[]",
                                        "[0]",
                                        "[8,8]",
                                        "U8",
                                        "\"crc32\"",
                                        "99999999999999999999",
                                        "9223372036854775807",
                                        "data_offsets",
                                        "__metadata__",
                                        "\"heed.checksums\":\"crc32\",",
                                        R"("crc32:w":"00000000")"};

/// One random change.
void mutate(std::string& text, Rng& rng) {
  const auto below = [&](size_t bound) { return rng.bits() % bound; };
  const size_t at = below(text.size() + 1), count = below(8);
  const std::string piece = text.substr(below(text.size() + 1), below(40));
  switch (below(6)) {
    case 0:
      if (at < text.size()) text[at] = static_cast<char>(below(256));
      break;
    case 1:
      text.erase(at, count);
      break;
    case 2:
      text.insert(at, piece);
      break;
    case 3:
      text.replace(at, count, words[below(words.size())]);
      break;
    case 4:
      if (at < text.size() && text[at] >= '0' && text[at] <= '9') {
        text[at] = static_cast<char>('0' + below(10));
      }
      break;
    default:
      text.replace(at, piece.size(), piece);
  }
}

}  // namespace

TEST_CASE("safetensors: a file that ends anywhere too early is refused", "[io]") {
  for (const std::string& whole : {to_safetensors(small_file().tensors, small_file().metadata),
                                   safetensors_bytes(foreign_header, foreign_data)}) {
    for (size_t size = 0; size < whole.size(); ++size) {
      bool loads = true;
      REQUIRE(safetensors_problem(std::string_view(whole).substr(0, size), loads) == "");
      REQUIRE(!loads);
    }
  }
}

/// Calls `check` with each bit of `bytes` flipped, one at a time.
template <class Check>
void for_each_flip(std::string& bytes, const Check& check) {
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    char& byte = bytes[bit / 8];
    const char before = byte;
    byte = static_cast<char>(byte ^ 1 << bit % 8);
    CAPTURE(bit / 8, bit % 8);
    check();
    byte = before;
  }
}

TEST_CASE("safetensors: a flipped bit anywhere is found by rules and checksums", "[io]") {
  const TensorFile wanted = small_file();
  std::string bytes = to_safetensors(wanted.tensors, wanted.metadata);
  size_t equal = 0;
  for_each_flip(bytes, [&] {
    bool loads = false;
    REQUIRE(safetensors_problem(bytes, loads) == "");
    if (loads) {
      REQUIRE(file_difference(read_safetensors(bytes, "f"), wanted) == "");
      ++equal;
    }
  });
  CHECK(equal == 1);  // "\u001f" may as well be written "\u001F"
}

TEST_CASE("safetensors: a file of no tensors and no metadata is protected as well", "[io]") {
  std::string bytes = to_safetensors({});
  for_each_flip(bytes, [&] {
    bool loads = true;
    REQUIRE(safetensors_problem(bytes, loads) == "");
    REQUIRE(!loads);
  });
}

TEST_CASE("safetensors: thousands of mutated files are refused, or load and are JSON", "[io]") {
  const std::string own = to_safetensors(small_file().tensors, small_file().metadata);
  uint64_t header_bytes = 0;
  std::copy_n(own.begin(), sizeof header_bytes, reinterpret_cast<char*>(&header_bytes));
  const auto own_size = static_cast<size_t>(header_bytes);
  Rng rng(stream(1, Purpose::user));
  int tried = 0, loaded = 0;
  for (; tried < mutations; ++tried) {
    const bool foreign = tried % 2 == 0;
    std::string header = foreign ? foreign_header : own.substr(8, own_size);
    std::string data = foreign ? foreign_data : own.substr(8 + own_size);
    for (uint32_t changes = 1 + rng.bits() % 3; changes > 0; --changes) {
      mutate(rng.bits() % 16 == 0 ? data : header, rng);
    }
    const std::string bytes = safetensors_bytes(header, data);
    CAPTURE(bytes);
    bool loads = false;
    REQUIRE(safetensors_problem(bytes, loads) == "");
    if (!loads) continue;
    REQUIRE(nlohmann::json::accept(header));
    ++loaded;
  }
  CHECK(tried == 20'000);
  CHECK(loaded > 500);  // as harmless changes are: of names, of data without checksums
  CHECK(loaded < 10'000);
}

TEST_CASE("safetensors: the corpus of the fuzzer", "[io]") {
  int valid = 0, broken = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(HEED_SOURCE_DIR "/tests/fuzz/corpus/safetensors")) {
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    bool loads = false;
    CHECK(safetensors_problem(read_file(entry.path().string(), 1 << 20), loads) == "");
    CHECK(loads == name.starts_with("valid"));
    ++(loads ? valid : broken);
  }
  CHECK(valid >= 4);
  CHECK(broken >= 6);
}

}  // namespace heed::testing::safetensors_hostile_test

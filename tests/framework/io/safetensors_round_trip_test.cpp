// Files of every kind of tensor that heed holds come back as they were.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "heed/framework/autograd/record.h"
#include "heed/framework/base/bits.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/io/read_file.h"
#include "heed/framework/io/safetensors_dtype.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/support/catch.h"
#include "heed/tests/support/folder.h"
#include "heed/tests/support/safetensors_file.h"

namespace heed::testing::safetensors_round_trip_test {
namespace {

Tensor mask(std::initializer_list<bool> values) {
  return from_values(std::span<const bool>(values.begin(), values.size()),
                     Shape{static_cast<int64_t>(values.size())});
}

NamedTensors all_kinds() {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Rng rng(stream(7, Purpose::user));
  return {{"mask", mask({true, false, true})},
          {"block.0.weight", randn({2, 3}, rng)},
          {"block.0.bias", tensor<float>({-0.0f, 1e-45f, 3.4e38f})},
          {"steps", tensor<int64_t>({INT64_MIN, -1, 0, INT64_MAX})},
          {"exact", tensor<double>({-infinity, 5e-324, std::nan(""), infinity, 0.1})},
          {"scalar", scalar(2.5, DType::f64)},
          {"scalar mask", mask({true}).select(0, 0).clone()},
          {"none", zeros({3, 0, 2})},
          {"none of i64", zeros({0}, DType::i64)},
          {"none of bool", zeros({0}, DType::boolean)},
          {"eight", rand({1, 2, 1, 3, 1, 2, 1, 1}, rng, DType::f64)},
          {"", ones({1})},
          {"ä \"quoted\"\\ \n\x01 😀", ones({1})}};
}

const std::map<std::string, std::string> notes = {
    {"", ""}, {"format", "pt"}, {"ä\n", "\"\\\x1f\x7f 😀"}, {"zero", std::string("a\0b", 3)}};

/// f32 bits of the 16-bit float of that dtype.
uint32_t widened(const char* dtype, uint16_t bits) {
  float value = 0;
  widen(*find_file_dtype(dtype), {&bits, 1}, &value);
  return bits_as<uint32_t>(value);
}

}  // namespace

TEST_CASE("safetensors: all dtypes, 0-d, empty and named oddly come back bit by bit", "[io]") {
  const Folder folder;
  const TensorFile wanted = {all_kinds(), notes};
  const std::string bytes = to_safetensors(wanted.tensors, notes);
  CHECK(file_difference(read_safetensors(bytes, "f"), wanted) == "");
  save_safetensors(folder / "a", wanted.tensors, notes);
  CHECK(read_file(folder / "a", bytes.size()) == bytes);
  CHECK(file_difference(load_safetensors(folder / "a"), wanted) == "");
  CHECK(file_difference(read_safetensors(to_safetensors({}), "f"), {}) == "");
}

TEST_CASE("safetensors: the data is aligned, larger elements first", "[io]") {
  const std::string bytes = to_safetensors(all_kinds());
  const SafetensorsHeader header = read_safetensors_header(bytes, "f");
  CHECK((bytes.size() - header.entries.back().end) % 8 == 0);
  std::string order;
  for (const TensorEntry& entry : header.entries) {
    CHECK(entry.begin % find_file_dtype(entry.dtype)->itemsize == 0);
    CHECK(entry.checksum.has_value());
    order += entry.dtype + " ";
  }
  CHECK(order == "I64 F64 F64 I64 F64 F32 F32 F32 F32 F32 BOOL BOOL BOOL ");
  CHECK(header.metadata.empty());
}

TEST_CASE("safetensors: strided tensors are written as what they show", "[io]") {
  const Tensor base = arange(24, DType::f32).view({4, 6});
  const NamedTensors views = {{"transposed", base.transpose(0, 1)},
                              {"every other", base.slice(1, 1, 6, 2)},
                              {"row", base.select(0, 2)},
                              {"expanded", base.select(1, 0).unsqueeze(1).expand({4, 3})}};
  const TensorFile file = read_safetensors(to_safetensors(views), "f");
  for (size_t i = 0; i < views.size(); ++i) {
    CHECK(file.tensors[i].first == views[i].first);
    CHECK(file.tensors[i].second.shape() == views[i].second.shape());
    CHECK(file.tensors[i].second.to_vector<float>() == views[i].second.to_vector<float>());
  }
}

TEST_CASE("safetensors: what is loaded is new and outside the graph", "[io]") {
  const Tensor w = ones({2}).requires_grad_();
  const Tensor loaded = read_safetensors(to_safetensors({{"w", w}}), "f").tensors[0].second;
  CHECK(!loaded.requires_grad());
  CHECK(loaded.is_leaf());
  CHECK(loaded.storage().is_unique());
}

TEST_CASE("safetensors: every 16-bit float becomes the f32 of its value", "[io]") {
  CHECK(widened("F16", 0x3C00) == bits_as<uint32_t>(1.0f));
  CHECK(widened("F16", 0xC000) == bits_as<uint32_t>(-2.0f));
  CHECK(widened("F16", 0x7BFF) == bits_as<uint32_t>(65504.0f));
  CHECK(widened("F16", 0x0001) == bits_as<uint32_t>(0x1p-24f));
  CHECK(widened("F16", 0x83FF) == bits_as<uint32_t>(-0x1.FF8p-15f));
  CHECK(widened("F16", 0x8000) == bits_as<uint32_t>(-0.0f));
  CHECK(widened("F16", 0x7C00) == 0x7F800000);
  CHECK(widened("F16", 0xFC00) == 0xFF800000);
  CHECK(widened("F16", 0x7E01) == 0x7FC02000);  // the payload of a NaN is kept
  CHECK(widened("F16", 0x7C01) == 0x7F802000);  // and so is that it signals
  CHECK(widened("BF16", 0x3F80) == bits_as<uint32_t>(1.0f));
  CHECK(widened("BF16", 0xFF81) == 0xFF810000);
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {  // against the definition
    const int exponent = static_cast<int>(bits >> 10 & 0x1F), fraction = bits & 0x3FF;
    if (exponent == 0x1F) continue;
    const double size =
        exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(0x400 + fraction, exponent - 25);
    const auto value = static_cast<float>(bits & 0x8000 ? -size : size);
    REQUIRE(widened("F16", static_cast<uint16_t>(bits)) == bits_as<uint32_t>(value));
  }
}

TEST_CASE("safetensors: many 16-bit floats are read piece by piece", "[io]") {
  constexpr size_t count = 400'001;
  std::string data;
  for (size_t i = 0; i < count; ++i) {
    const auto bits = static_cast<uint16_t>(i % 0x7C00);
    data.append(reinterpret_cast<const char*>(&bits), sizeof bits);
  }
  const std::string header = R"({"w":{"dtype":"F16","shape":[400001],"data_offsets":[0,800002]}})";
  const TensorFile file = read_safetensors(safetensors_bytes(header, data), "f");
  const float* values = file.tensors[0].second.data<float>();
  size_t wrong = 0;
  for (size_t i = 0; i < count; ++i) {
    wrong += bits_as<uint32_t>(values[i]) != widened("F16", static_cast<uint16_t>(i % 0x7C00));
  }
  CHECK(wrong == 0);
}

TEST_CASE("safetensors: a header of any length and spelling is read", "[io]") {
  const std::string header =
      "{\r\n\t\"\\u0077\\/\\ud83d\\ude00\" : { \"shape\" :[ 1 , 2 ],\"data_offsets\":[0, 8] ,"
      "\"dtype\":\"F\\u00332\" } , \"__metadata__\" : { \"a\\n\" : \"\\u00e4\\u20ac\" } }  ";
  const TensorFile file = read_safetensors(safetensors_bytes(header, std::string(8, '\0')), "f");
  CHECK(file_difference(file, {{{"w/😀", zeros({1, 2})}}, {{"a\n", "ä€"}}}) == "");
}

TEST_CASE("safetensors: the header of a file alone says what is in it", "[io]") {
  const Folder folder;
  save_safetensors(folder / "a", {{"w", zeros({3})}, {"v", zeros({2}, DType::i64)}}, {{"a", "b"}});
  const SafetensorsHeader header = load_safetensors_header(folder / "a");
  REQUIRE(header.entries.size() == 2);
  CHECK(header.entries[0].name == "v");
  CHECK(header.entries[0].dtype == "I64");
  CHECK(header.entries[1].name == "w");
  CHECK(header.entries[1].shape == Shape{3});
  CHECK(header.entries[1].begin == 16);
  CHECK(header.entries[1].end == 28);
  CHECK(header.entries[0].checksum == 0xecbb4b55);  // zlib.crc32(bytes(16))
  CHECK(header.metadata == std::map<std::string, std::string>{{"a", "b"}});
}

}  // namespace heed::testing::safetensors_round_trip_test

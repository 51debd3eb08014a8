// Each rule of the format and what is said to whoever breaks it.
#include "heed/framework/io/io_error.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/support/catch.h"
#include "heed/tests/support/safetensors_file.h"

namespace heed::testing::safetensors_rules_test {
namespace {

/// What is said to a file with this header and `data` zeros.
std::string said(const std::string& header, size_t data = 0) {
  return safetensors_message(safetensors_bytes(header, std::string(data, '\0')));
}

/// What is said to a file with one tensor "w" whose entry has these fields.
std::string said_of(const std::string& fields, size_t data = 0) {
  return said("{\"w\":{" + fields + "}}", data);
}

std::string entry(const std::string& name, size_t begin, size_t end) {
  return "\"" + name + "\":{\"dtype\":\"BOOL\",\"shape\":[" + std::to_string(end - begin) +
         "],\"data_offsets\":[" + std::to_string(begin) + "," + std::to_string(end) + "]}";
}

std::string refused(const NamedTensors& tensors,
                    const std::map<std::string, std::string>& metadata = {}) {
  try {
    to_safetensors(tensors, metadata);
  } catch (const IoError& error) {
    return error.what();
  }
  return "";
}

std::string malformed(int byte, const std::string& expected, const std::string& found) {
  return text_of("f: malformed header: at its byte ", byte, ": expected ", expected, ", found ",
                 found);
}

const std::string of_w = "f: tensor \"w\": ";
const std::string offsets = R"(,"data_offsets":[0,4])";
const std::string f32 = R"("dtype":"F32","shape":)";

}  // namespace

TEST_CASE("safetensors: the size of the header must be there and fit", "[io]") {
  CHECK(safetensors_message("") ==
        "f: too short for a safetensors file: 0 bytes; the first 8 are the size of its header");
  CHECK(safetensors_message("1234567") ==
        "f: too short for a safetensors file: 7 bytes; the first 8 are the size of its header");
  CHECK(safetensors_message("\x03" + std::string(7, '\0') + "{}") ==
        "f: the file is incomplete: its header takes 3 bytes, 2 follow");
  CHECK(safetensors_message("%PDF-1.4 of something else") ==
        "f: the header is too large: 3759996809423114277 bytes, at most 100000000; is it a "
        "safetensors file?");
  CHECK(
      safetensors_message(std::string("\x01\xe1\xf5\x05\0\0\0\0{", 9)) ==
      "f: the header is too large: 100000001 bytes, at most 100000000; is it a safetensors file?");
  CHECK(safetensors_message(std::string("\x00\xe1\xf5\x05\0\0\0\0{", 9)) ==
        "f: the file is incomplete: its header takes 100000000 bytes, 1 follow");
}

TEST_CASE("safetensors: the header is JSON of one form", "[io]") {
  CHECK(said("") == R"(f: the header does not begin with "{")");
  CHECK(said(" {}") == R"(f: the header does not begin with "{")");
  CHECK(said("[]") == R"(f: the header does not begin with "{")");
  CHECK(said("{\"\xff\":1}") == "f: the header is not UTF-8: found the byte 255 at its byte 2");
  CHECK(said("{") == malformed(1, "a string", "the end of the header"));
  CHECK(said(R"({"w"})") == malformed(4, R"(":")", R"("}")"));
  CHECK(said(R"({"w)") == malformed(3, "the end of a string", "the end of the header"));
  CHECK(said("{\"w\\") == malformed(4, "the end of a string", "the end of the header"));
  CHECK(said("{\"w\n\":1}") == malformed(3, "control characters as escapes", R"("?")"));
  CHECK(said("{\"\\x\":1}") == malformed(3, "an escape of JSON", R"("x")"));
  CHECK(said("{\"\\u12\":1}") == malformed(4, "four hexadecimal digits", "12"));
  CHECK(said("{\"\\ud800\":1}") == malformed(8, "a pair of surrogates", R"(""")"));
  CHECK(said("{\"\\ud800\\u0041\":1}") == malformed(14, "a pair of surrogates", R"(""")"));
  CHECK(said("{\"\\udc00\":1}") == malformed(8, "a pair of surrogates", R"(""")"));
  CHECK(said(R"({"w":{},})") == of_w + "dtype is missing");
  CHECK(said("{}}") == malformed(2, R"(only spaces after the last "}")", R"("}")"));
  CHECK(said("{}\n") == malformed(2, R"(only spaces after the last "}")", R"("?")"));
  CHECK(said(std::string("{}\0", 3)) ==
        malformed(2, R"(only spaces after the last "}")", R"("?")"));
  CHECK(said(R"({"w":[[[[)") == malformed(5, R"("{")", R"("[")"));
  CHECK(said(R"({"w":null})") == malformed(5, R"("{")", R"("n")"));
  CHECK(said("{}   ").empty());
  CHECK(said("{ }").empty());
}

TEST_CASE("safetensors: the metadata are strings", "[io]") {
  CHECK(said(R"({"__metadata__":{"a":"b"}})").empty());
  CHECK(said(R"({"__metadata__":{}})").empty());
  CHECK(said(R"({"__metadata__":{"a":1}})") == malformed(21, "a string", "1"));
  CHECK(said(R"({"__metadata__":null})") == malformed(16, R"("{")", R"("n")"));
  CHECK(said(R"({"__metadata__":{"a":"b","a":"b"}})") ==
        R"(f: a key of __metadata__ appears twice: "a")");
  CHECK(said(R"({"__metadata__":{},"__metadata__":{}})") == "f: __metadata__ appears twice");
}

TEST_CASE("safetensors: an entry has exactly dtype, shape and data_offsets", "[io]") {
  CHECK(said_of(f32 + "[1]" + offsets, 4).empty());
  CHECK(said_of(R"("dtype":"F32","shape":[1])") == of_w + "data_offsets is missing");
  CHECK(said_of(R"("dtype":"F32")" + offsets) == of_w + "shape is missing");
  CHECK(said_of(R"("shape":[1])" + offsets) == of_w + "dtype is missing");
  CHECK(said_of(f32 + "[1]" + offsets + R"(,"dtype":"F32")") == of_w + "dtype appears twice");
  CHECK(said_of(f32 + "[1]" + offsets + R"(,"shape":[1])") == of_w + "shape appears twice");
  CHECK(said_of(f32 + "[1]" + offsets + offsets) == of_w + "data_offsets appears twice");
  CHECK(said_of(f32 + "[1]" + offsets + R"(,"device":"cpu")") ==
        of_w + R"(unknown field "device"; the format has dtype, shape and data_offsets)");
  CHECK(said("{" + entry("a", 0, 1) + "," + entry("b", 1, 2) + "," + entry("a", 2, 3) + "}", 3) ==
        R"(f: two tensors have the same name: "a")");
}

TEST_CASE("safetensors: dtypes that heed does not read are named", "[io]") {
  for (const char* name :
       {"U8", "I8", "I16", "U16", "I32", "U32", "U64", "C64", "F4", "F8_E8M0", "F8_E5M2", "F8_E4M3",
        "F8_E5M2FNUZ", "F8_E4M3FNUZ", "F6_E2M3", "F6_E3M2"}) {
    CHECK(said_of(std::string(R"("dtype":")") + name + R"(","shape":[1])" + offsets, 4) ==
          std::string(R"(f: tensor "w": unsupported dtype: ")") + name +
              "\"; heed reads F64 F32 F16 BF16 I64 BOOL");
  }
  CHECK(said_of(R"("dtype":"f32","shape":[1])" + offsets, 4) ==
        of_w + R"(unknown dtype: "f32"; heed reads F64 F32 F16 BF16 I64 BOOL)");
}

TEST_CASE("safetensors: sizes and offsets are integers", "[io]") {
  const std::string size = "an integer from 0 to 2^64 - 1";
  const std::string too_many = of_w + "too many bytes to count: ";
  const auto shape = [](const std::string& text) { return said_of(f32 + text + offsets, 4); };
  CHECK(shape("[1.0]") == malformed(30, "an integer without fraction and exponent", R"(".")"));
  CHECK(shape("[1e0]") == malformed(30, "an integer without fraction and exponent", R"("e")"));
  CHECK(shape("[-1]") == malformed(29, size, R"("-")"));
  CHECK(shape("[01]") == malformed(29, size, "01"));
  CHECK(shape("[18446744073709551616]") == malformed(29, size, "18446744073709551616"));
  CHECK(shape("[9223372036854775808]") == of_w + "a size above 2^63 - 1: 9223372036854775808");
  CHECK(shape("[1,1,1,1,1,1,1,1,1]") == of_w + "more than 8 dimensions");
  CHECK(shape("[1,1,1,1,1,1,1,1]").empty());
  CHECK(shape("1") == malformed(28, R"("[")", "1"));
  CHECK(shape("[[1]]") == malformed(29, size, R"("[")"));
  CHECK(shape("[1,]") == malformed(31, size, R"("]")"));
  CHECK(shape("[9223372036854775807,9223372036854775807]") ==
        too_many + "[9223372036854775807, 9223372036854775807] of F32");
  CHECK(shape("[9223372036854775807]") == too_many + "[9223372036854775807] of F32");
  CHECK(shape("[0,9223372036854775807,9223372036854775807]") ==
        too_many + "[0, 9223372036854775807, 9223372036854775807] of F32");
  CHECK(shape("[1000000000000]") ==
        of_w + "[1000000000000] of F32 takes 4000000000000 bytes, data_offsets hold 4");
  CHECK(said_of(f32 + R"([1],"data_offsets":[0])") == malformed(49, R"(",")", R"("]")"));
  CHECK(said_of(f32 + R"([1],"data_offsets":[0,4,4])") == malformed(51, R"("]")", R"(",")"));
  CHECK(said_of(f32 + R"([1],"data_offsets":[4,0])", 4) ==
        of_w + "data_offsets run backwards: [4, 0]");
}

TEST_CASE("safetensors: the tensors fill the data without holes and overlaps", "[io]") {
  const auto two = [](size_t begin, size_t end, size_t data) {
    return said("{" + entry("b", begin, end) + "," + entry("a", 0, 4) + "}", data);
  };
  CHECK(two(4, 6, 6).empty());
  CHECK(two(3, 6, 6) ==
        R"(f: tensor "b": overlaps the tensor before it: begins at byte 3 of the data, not at 4)");
  CHECK(two(5, 6, 6) ==
        R"(f: tensor "b": a gap before it: begins at byte 5 of the data, not at 4)");
  CHECK(two(4, 6, 5) ==
        R"(f: tensor "b": the file is incomplete: its data ends at byte 5, the tensor at 6)");
  CHECK(two(4, 6, 7) == "f: bytes after the last tensor: the data has 7, the tensors take 6");
  CHECK(said("{}", 1) == "f: bytes after the last tensor: the data has 1, the tensors take 0");
  CHECK(two(2, 2, 4) ==
        R"(f: tensor "b": overlaps the tensor before it: begins at byte 2 of the data, not at 4)");
  CHECK(two(4, 4, 4).empty());
  CHECK(two(0, 0, 4).empty());
  CHECK(said_of(f32 + R"([2],"data_offsets":[0,4])", 4) ==
        of_w + "[2] of F32 takes 8 bytes, data_offsets hold 4");
}

TEST_CASE("safetensors: a BOOL must be 0 or 1", "[io]") {
  CHECK(safetensors_message(safetensors_bytes("{" + entry("w", 0, 3) + "}", {"\0\1\2", 3})) ==
        "f: tensor \"w\": a BOOL must be 0 or 1: element 2 is 2");
  CHECK(safetensors_message(safetensors_bytes("{" + entry("w", 0, 1) + "}", "\xff")) ==
        "f: tensor \"w\": a BOOL must be 0 or 1: element 0 is 255");
}

TEST_CASE("safetensors: checksums must be right wherever they are", "[io]") {
  const auto with = [](const std::string& metadata) {
    return said("{\"__metadata__\":{" + metadata + "}," + entry("w", 0, 3) + "}", 3);
  };
  CHECK(with(R"("crc32:w":"ff41d912")").empty());  // zlib.crc32(bytes(3))
  CHECK(with(R"("crc32:w":"ff41d913")") ==
        "f: tensor \"w\": its data is damaged: its checksum is ff41d912, not ff41d913");
  CHECK(with(R"("crc32:v":"ff41d912")") == "f: a checksum without its tensor: \"v\"");
  for (const std::string value :
       {"", "FF41D912", "ff41d91", "ff41d9122", "0xff41d912", "ff41d91g"}) {
    CHECK(with("\"crc32:w\":\"" + value + "\"") ==
          "f: not a checksum: \"crc32:w\" in __metadata__ is \"" + value +
              "\"; it takes eight digits 0-9a-f");
  }
  CHECK(with(R"("crc32":"00000000")") ==  // zlib.crc32(b"1:w BOOL [3]\n")
        "f: the header is damaged: its checksum is 6de1eac3, not 00000000");
  CHECK(with(R"("heed.checksums":"crc32")") == "f: the header is damaged: its checksum is missing");
  CHECK(with(R"("heed.checksums":"md5")") ==
        "f: checksums of an unknown kind: \"md5\"; heed has crc32");
}

TEST_CASE("safetensors: what no file can hold is not written", "[io]") {
  const Tensor w = ones({2});
  CHECK(refused({{"w", w}, {"v", w}, {"w", w}}) ==
        "to_safetensors: two tensors have the same name: \"w\"");
  CHECK(refused({{"__metadata__", w}}) ==
        "to_safetensors: tensor \"__metadata__\": the format reserves this name for the metadata");
  CHECK(refused({{"\xc3", w}}) == "to_safetensors: tensor \"?\": its name is not UTF-8");
  CHECK(refused({{"w", Tensor()}}) == "to_safetensors: tensor \"w\": it is undefined");
  for (const std::string key : {"crc32", "crc32:w", "crc32:", "heed.checksums"}) {
    CHECK(refused({{"w", w}}, {{key, "x"}}) ==
          "to_safetensors: a metadata key that the checksums take: \"" + key + "\"");
  }
  CHECK(refused({}, {{"\xff", "x"}}) ==
        "to_safetensors: a key of the metadata is not UTF-8: found the byte 255 at its byte 0");
  CHECK(refused({}, {{"a", "b\xff"}}) ==
        "to_safetensors: the metadata of \"a\" is not UTF-8: found the byte 255 at its byte 1");
  CHECK(refused({}, {{"a", std::string(100'000'000, 'x')}}) ==
        "to_safetensors: the header is too large: 100000069 bytes, at most 100000000");
}

}  // namespace heed::testing::safetensors_rules_test

// TensorBoard's event files, byte for byte.
#include "heed/examples/cli/inspect/runs/event_file.h"

#include <string>

#include "heed/tests/support/catch.h"

namespace heed::testing::event_file_test {
namespace {

std::string hexadecimal(const std::string& bytes) {
  constexpr const char* digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += {digits[byte / 16], digits[byte % 16]};
  }
  return text;
}

TEST_CASE("crc32c has its check values", "[tensorboard]") {
  CHECK(crc32c("") == 0);
  CHECK(crc32c("123456789") == 0xE3069283);
  // RFC 3720, B.4
  CHECK(crc32c(std::string(32, '\0')) == 0x8A9136AA);
  CHECK(crc32c(std::string(32, '\xFF')) == 0x62A8AB43);
}

TEST_CASE("an event file, byte for byte", "[tensorboard]") {
  // The checksums were computed bit by bit by another program.
  CHECK(hexadecimal(event_file({})) ==
        "1800000000000000"
        "a37f4b22"
        "090000000000000000"              // wall_time 0
        "1a0d627261696e2e4576656e743a32"  // file_version
        "eedf28a3");
  CHECK(hexadecimal(event_file({{1.5, 300, {{"a", 0.25}, {"bc", -2}}}})) ==
        "1800000000000000"
        "a37f4b22"
        "09000000000000f83f"
        "1a0d627261696e2e4576656e743a32"
        "2a28646c"
        "2300000000000000"
        "b09f7743"
        "09000000000000f83f"
        "10ac02"                  // step 300
        "2a15"                    // summary
        "0a080a0161150000803e"    // a: 0.25
        "0a090a02626315000000c0"  // bc: -2
        "6b2854c6");
}

}  // namespace
}  // namespace heed::testing::event_file_test

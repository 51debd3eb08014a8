// CRC-32 by zlib or by ourselves: the published check value, and bytes that come in pieces.
#include "heed/framework/io/checksum.h"

#include <string>

#include "heed/tests/support/catch.h"

namespace heed::testing::checksum_test {

TEST_CASE("the checksum is CRC-32, however the bytes come") {
  const auto sum_of = [](std::string_view bytes) {
    Crc32 sum;
    sum.add(bytes);
    return sum.value();
  };
  CHECK(sum_of("") == 0);
  CHECK(sum_of("123456789") == 0xCBF43926);
  CHECK(sum_of(std::string(1, '\0')) == 0xD202EF8D);
  CHECK(sum_of("\xff\xfe") == 0x88F83096);
  std::string text;
  for (int i = 0; i < 3000; ++i) text += static_cast<char>(i * 7);
  Crc32 pieces;
  for (size_t begin = 0, size = 0; begin < text.size(); begin += size, size = size * 2 + 1) {
    pieces.add(std::string_view(text).substr(begin, size));
  }
  CHECK(pieces.value() == sum_of(text));
}

}  // namespace heed::testing::checksum_test

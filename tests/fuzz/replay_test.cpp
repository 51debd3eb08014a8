// What the fuzzers have tried is tried again by every run of the tests; a finding aborts them.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "heed/framework/base/memory.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::replay_test {

extern "C" int fuzz_eval(const uint8_t* data, size_t size);
extern "C" int fuzz_config(const uint8_t* data, size_t size);
extern "C" int fuzz_set(const uint8_t* data, size_t size);

namespace {

size_t replay(const std::string& folder, int (*target)(const uint8_t*, size_t)) {
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(HEED_SOURCE_DIR "/" + folder)) {
    if (!entry.is_regular_file()) continue;
    INFO(entry.path().string());
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    CHECK(target(reinterpret_cast<const uint8_t*>(text.data()), text.size()) == 0);
    ++count;
  }
  return count;
}

TEST_CASE("the corpora of the fuzzers are answered, read or refused", "[fuzz]") {
  limit_block(1 << 20);  // as in the fuzzer: huge tensors only cost time
  CHECK(replay("tests/fuzz/corpus/eval", &fuzz_eval) >= 9);
  limit_block(SIZE_MAX);
  CHECK(replay("tests/fuzz/corpus/config", &fuzz_config) >= 2);
  CHECK(replay("configs", &fuzz_config) >= 19);
  CHECK(replay("tests/fuzz/corpus/set", &fuzz_set) >= 5);
}

}  // namespace
}  // namespace heed::testing::replay_test

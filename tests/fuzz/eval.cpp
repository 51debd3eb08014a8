// libFuzzer on heed-eval: any bytes are answered with one line of JSON, and nothing leaks.
#include <cstdio>
#include <cstdlib>

#include "heed/framework/base/memory.h"
#include "heed/framework/base/parallel.h"
#include "heed/tests/support/eval.h"

namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "fuzz: %s\n", what);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  heed::set_num_threads(1);
  heed::limit_block(1 << 20);  // larger tensors are "out of memory": they only cost time
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string line(reinterpret_cast<const char*>(data), size);
  const heed::MemoryStats before = heed::memory_stats();
  const std::string answer = heed::testing::answer(line);
  const heed::MemoryStats after = heed::memory_stats();
  require(after.live_blocks == before.live_blocks && after.live_bytes == before.live_bytes,
          "memory is held after the answer");
  require(answer.find('\n') == std::string::npos, "the answer is not one line");
  require(heed::testing::Json::accept(answer), "the answer is not JSON");
  return 0;
}

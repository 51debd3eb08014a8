// libFuzzer on safetensors files: any bytes are refused with an IoError, or what they load as is
// written and loads equal; nothing leaks.
#include <cstdio>
#include <cstdlib>

#include "heed/framework/base/memory.h"
#include "heed/tests/support/safetensors_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const int64_t before = heed::memory_stats().live_blocks;
  bool loads = false;
  const std::string problem =
      heed::testing::safetensors_problem({reinterpret_cast<const char*>(data), size}, loads);
  if (problem.empty() && heed::memory_stats().live_blocks == before) return 0;
  std::fprintf(stderr, "fuzz: %s\n", problem.empty() ? "memory is held" : problem.c_str());
  std::abort();
}

// libFuzzer on configurations: any bytes are read or refused with a ConfigError, and what is read
// comes back equal from the JSON that it is written as.
#include <cstdio>
#include <cstdlib>

#include "heed/examples/cli/config/read_config.h"
#include "heed/examples/cli/training/registry.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const heed::ConfigTable table = heed::builtin_registry().table();
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    const heed::Config config = heed::read_config_text(table, text, "fuzz.json");
    if (!(heed::read_config_text(table, to_json(config), "again.json") == config)) {
      std::fprintf(stderr, "fuzz: the configuration does not come back equal\n");
      std::abort();
    }
  } catch (const heed::ConfigError&) {  // anything else ends the fuzzer
  }
  return 0;
}

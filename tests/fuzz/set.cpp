// libFuzzer on --set: any overrides, one a line, are applied to a configuration or refused with a
// ConfigError, and what is read comes back equal from the JSON that it is written as.
#include <cstdio>
#include <cstdlib>

#include "heed/examples/cli/config/read_config.h"
#include "heed/examples/cli/training/registry.h"

namespace {

/// configs/reverse.json, shortened: the overrides are what is tried.
constexpr const char* base = R"({"task": {"type": "reverse", "symbols": 10, "length": 16},
 "model": {"d_model": 32, "positions": "sinusoidal", "attention": {"type": "my_mha", "heads": 1}},
 "train": {"steps": 400, "lr": 0.01, "schedule": "cosine", "warmup_steps": 20}})";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t start = 0; start <= text.size();) {
    const size_t end = std::min(text.find('\n', start), text.size());
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const heed::ConfigTable table = heed::builtin_registry().table();
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    const heed::Config config = heed::read_config_text(table, base, "base.json", lines_of(text));
    if (!(heed::read_config_text(table, to_json(config), "again.json") == config)) {
      std::fprintf(stderr, "fuzz: the configuration does not come back equal\n");
      std::abort();
    }
  } catch (const heed::ConfigError&) {  // anything else ends the fuzzer
  }
  return 0;
}

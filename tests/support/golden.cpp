#include "heed/tests/support/golden.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/case/tensor_json.h"

namespace heed::testing {

Json golden_file(const std::string& name) {
  std::ifstream file(std::filesystem::path(HEED_SOURCE_DIR) / "tests/golden" / name);
  std::ostringstream text;
  text << file.rdbuf();
  return parse_json(text.str());
}

std::string golden_difference(const Json& got, const Json& want, double tolerance) {
  if (want.is_object() && want.contains("data")) {
    if (!got.is_object()) return "no tensor";
    return difference(tensor_from_json(got, "got"), tensor_from_json(want, "want"), tolerance);
  }
  if (!want.is_structured()) return got == want ? "" : got.dump() + " instead of " + want.dump();
  if (got.type() != want.type() || got.size() != want.size()) return "other members: " + got.dump();
  for (const auto& [key, value] : want.items()) {
    const std::string problem = want.is_array()
                                    ? golden_difference(got[std::stoul(key)], value, tolerance)
                                : got.contains(key) ? golden_difference(got[key], value, tolerance)
                                                    : "missing";
    if (!problem.empty()) return key + ": " + problem;
  }
  return "";
}

}  // namespace heed::testing

// heed/modules/modules.h has every module.
#include "heed/modules/modules.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "heed/tests/support/catch.h"

namespace heed::testing::modules_header_test {

TEST_CASE("The header of all modules includes every header of modules") {
  const std::filesystem::path source = HEED_SOURCE_DIR;
  std::ifstream file(source / "modules/modules.h");
  std::stringstream text;
  text << file.rdbuf();
  int64_t headers = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(source / "modules")) {
    if (entry.path().extension() != ".h" || entry.path().filename() == "modules.h") continue;
    const std::string name = std::filesystem::relative(entry.path(), source).string();
    CAPTURE(name);
    CHECK(text.str().find("#include \"heed/" + name + "\"\n") != std::string::npos);
    ++headers;
  }
  CHECK(headers > 30);
}

}  // namespace heed::testing::modules_header_test

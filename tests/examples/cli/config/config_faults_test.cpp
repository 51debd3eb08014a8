// Every bad configuration is refused with exactly the lines that its table says.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "heed/examples/cli/config/read_config.h"
#include "heed/tests/examples/cli/config/bad_configs.h"
#include "heed/tests/examples/cli/config/example_table.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::config_faults_test {
namespace {

template <class Read>
std::vector<std::string> fault_lines(const Read& read) {
  std::vector<std::string> lines;
  try {
    read();
  } catch (const ConfigError& error) {
    std::string all;
    for (const ConfigFault& fault : error.faults()) {
      lines.push_back(fault.text());
      all += (all.empty() ? "" : "\n") + lines.back();
    }
    CHECK(std::string(error.what()) == all);
  }
  return lines;
}

void check_class(const BadConfigClass& bad_class) {
  const ConfigTable table = example_table();
  CHECK(bad_class.cases.size() >= 5);
  for (const BadConfig& bad : bad_class.cases) {
    INFO(bad_class.name << ": " << bad.title << "\n" << bad.text);
    CHECK(fault_lines([&] { read_config_text(table, bad.text, "bad.json", bad.sets); }) ==
          bad.lines);
  }
}

/// A path in a fresh folder that goes away with its content.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "heed-config-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }

  std::string file(const std::string& name, const std::string& text) const {
    const std::string path = path_ + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::vector<std::string> file_lines(const std::string& path) {
  return fault_lines([&] { read_config_file(example_table(), path); });
}

TEST_CASE("text that is no JSON is refused with one fault at its place", "[config]") {
  for (const BadConfigClass& bad_class : bad_configs("syntax")) {
    check_class(bad_class);
    for (const BadConfig& bad : bad_class.cases) CHECK(bad.lines.size() == 1);
  }
}

TEST_CASE("keys that do not belong are refused with the key that was meant", "[config]") {
  for (const BadConfigClass& bad_class : bad_configs("keys")) check_class(bad_class);
}

TEST_CASE("values that break their key's rule are refused with rule and value", "[config]") {
  for (const BadConfigClass& bad_class : bad_configs("values")) check_class(bad_class);
}

TEST_CASE("overrides are as strict as the file", "[config]") {
  for (const BadConfigClass& bad_class : bad_configs("overrides")) check_class(bad_class);
}

TEST_CASE("a file is read, and its faults carry its path", "[config]") {
  const TemporaryFolder folder;
  const std::string good = folder.file("good.json", R"({"task": {"type": "copy", "length": 5}})");
  CHECK(read_config_file(example_table(), good).get<int64_t>("train.steps") == 1000);
  const std::string bad = folder.file(std::string(100, 'b') + ".json", "{\n \"lr\": 1}");
  CHECK(file_lines(bad).back() ==
        bad + ":2:2: error: unknown key \"lr\"; did you mean \"train.lr\"?");
}

TEST_CASE("what cannot be read as a file is refused with the reason", "[config]") {
  const TemporaryFolder folder;
  CHECK(file_lines("no-such.json") ==
        std::vector<std::string>{
            "no-such.json: error: cannot read the configuration: No such file or directory"});
  CHECK(file_lines("/") ==
        std::vector<std::string>{"/: error: cannot read the configuration: it is a directory"});
  CHECK(file_lines("").front() == "CONFIG: error: the name of the configuration is empty");
  const std::string locked = folder.file("locked.json", "{}");
  std::filesystem::permissions(locked, std::filesystem::perms::none);
  if (std::FILE* file = std::fopen(locked.c_str(), "rb")) {
    std::fclose(file);  // root reads everything
  } else {
    CHECK(file_lines(locked).front() ==
          locked + ": error: cannot read the configuration: Permission denied");
  }
  const std::string large = folder.file("large.json", std::string(size_t{2} << 20, ' '));
  CHECK(file_lines(large).front() == large + ":1:1: error: too large: more than 1048576 bytes");
}

TEST_CASE("after a hundred errors the rest is not shown", "[config]") {
  std::string text = "{";
  for (int i = 0; i < 50000; ++i) text += "\"k" + std::to_string(i) + "\": 1, ";
  text += "\"z\": 1}";
  const auto lines = fault_lines([&] { read_config_text(example_table(), text, "bad.json"); });
  REQUIRE(lines.size() == 101);
  CHECK(lines.back() == "bad.json: error: more than 100 errors: the rest is not shown");
}

}  // namespace
}  // namespace heed::testing::config_faults_test

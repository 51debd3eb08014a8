// That the op table is complete: an op that is declared or recorded has a row.
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "heed/tests/framework/ops/op_table.h"
#include "heed/tests/support/expect.h"

namespace heed::testing::op_table_meta_test {
namespace {

namespace fs = std::filesystem;

std::string text_of_file(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<fs::path> files_in(const std::string& folder, const std::string& extension) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(HEED_SOURCE_DIR) / folder)) {
    if (entry.path().extension() == extension) files.push_back(entry.path());
  }
  return files;
}

/// First groups of all matches.
std::set<std::string> matches(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern);
  std::set<std::string> found;
  for (auto match = std::sregex_iterator(text.begin(), text.end(), expression);
       match != std::sregex_iterator(); ++match) {
    found.insert((*match)[1].str());
  }
  return found;
}

/// checkpoint takes a function, so no row of JSON describes it: checkpoint_test.cpp checks it.
/// expand_batch is a part of matmul and attention, whose rows check it.
const std::set<std::string> without_row = {"checkpoint", "expand_batch"};

void expect_rows(const std::set<std::string>& names, const std::string& where) {
  for (const std::string& name : names) {
    if (without_row.count(name) != 0) continue;
    expect(find_op(name) != nullptr, where + ": " + name + " has a row in the op table");
  }
}

const char* const recorded_names = R"re(\b(?:record|reshaped|shaped)\(\s*"([a-z0-9_]+)")re";
const char* const declared_names =
    R"re((?:^|\n)(?:Tensor|std::vector<Tensor>|ValuesAndIndices) ([a-z0-9_]*[a-z0-9])\()re";

}  // namespace

TEST_CASE("Every op that is recorded has a row in the op table") {
  size_t found = 0;
  for (const char* folder : {"framework/ops", "framework/autograd"}) {
    for (const fs::path& path : files_in(folder, ".cpp")) {
      const auto names = matches(text_of_file(path), recorded_names);
      expect_rows(names, path.filename().string());
      found += names.size();
    }
  }
  CHECK(found > 30);
}

TEST_CASE("Every function of framework/ops that returns tensors has a row in the op table") {
  size_t found = 0;
  for (const fs::path& path : files_in("framework/ops", ".h")) {
    const auto names = matches(text_of_file(path), declared_names);
    expect_rows(names, path.filename().string());
    found += names.size();
  }
  CHECK(found > 50);
}

TEST_CASE("The scan for ops finds what it should") {
  const std::string source =
      "return record(\"one\", y);\n  record(\n      \"two\", y); reshaped(\"three\", x)\n";
  CHECK(matches(source, recorded_names) == std::set<std::string>{"one", "two", "three"});
  const std::string header =
      "\nTensor four(const Tensor& x);\nstd::vector<Tensor> five(int);\nTensor six_(Tensor x);\n"
      "ValuesAndIndices seven(const Tensor& x);\ninline Tensor operator+(Tensor);\n";
  CHECK(matches(header, declared_names) == std::set<std::string>{"four", "five", "seven"});
}

TEST_CASE("Names in the op table are unique") {
  std::set<std::string> names;
  for (const OpCase& op : op_table()) CHECK(names.insert(op.name).second);
}

}  // namespace heed::testing::op_table_meta_test

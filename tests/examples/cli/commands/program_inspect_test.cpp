// `heed inspect`: what a safetensors file holds, and why another one is refused.
#include <cmath>
#include <limits>

#include "heed/framework/io/safetensors.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/examples/cli/runs/small_run.h"

namespace heed::testing::program_inspect_test {
namespace {

using Json = nlohmann::ordered_json;

NamedTensors some_tensors() {
  const float inf = std::numeric_limits<float>::infinity();
  return {{"a.weight", from_values<float>({1.5F, -2, 0.5F, 4}, {2, 2})},
          {"big", from_values<int64_t>({9007199254740993, -3}, {2})},
          {"broken", from_values<float>({inf, 1, std::nanf(""), 3}, {4})},
          {"empty", zeros({0, 3}, DType::f64)},
          {"one", from_values<double>({0.25}, {})}};
}

/// A file of the format, from the text of its header and its data.
std::string file_of(const std::string& header, const std::string& data) {
  std::string size(8, '\0');
  for (size_t i = 0; i < 8; ++i) size[i] = static_cast<char>((header.size() >> (8 * i)) & 0xFF);
  return size + header + data;
}

TEST_CASE("inspect lists tensors with their sizes and extremes", "[program]") {
  const Folder folder;
  save_safetensors(folder / "a.safetensors", some_tensors(), {{"who", "me\nand you"}});
  const Ended ended = run_heed(folder, {"inspect", "a.safetensors"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const std::vector<std::string> lines = lines_of(ended.out);
  REQUIRE(lines.size() == 11);
  CHECK(lines[0] == "a.safetensors");
  CHECK(lines[2] ==
        "name      dtype  shape   elements  bytes   min               max       mean  all finite");
  const auto line_of_tensor = [&](const std::string& name) {
    for (const std::string& line : lines) {
      if (line.starts_with(name + " ")) return line;
    }
    return std::string();
  };
  CHECK(line_of_tensor("a.weight") ==
        "a.weight  F32    [2, 2]         4     16    -2                 4          1  yes");
  CHECK(contains(line_of_tensor("big"), " -3  9007199254740993 "));
  CHECK(line_of_tensor("broken").ends_with("  1                 3          2  no: 2 not"));
  CHECK(line_of_tensor("empty").ends_with("  -                 -          -  yes"));
  CHECK(contains(line_of_tensor("one"), "F64    []"));
  CHECK(lines[9] == "5 tensors, 11 elements, 56 bytes; 5 checksums verified");
  CHECK(lines[10] == "who: me?and you");
}

TEST_CASE("inspect as JSON", "[program]") {
  const Folder folder;
  save_safetensors(folder / "a.safetensors", some_tensors(), {{"who", "me"}});
  const Ended ended = run_heed(folder, {"inspect", "a.safetensors", "--json"});
  REQUIRE(ended.exit_code == 0);
  const std::vector<Json> lines = json_lines(ended.out);
  REQUIRE(lines.size() == 6);
  for (const Json& line : lines) {
    if (!line.contains("name")) continue;
    CHECK(line["checksum"] == true);
    if (line["name"] == "big") {
      CHECK(line["max"] == 9007199254740993);
      CHECK(line["dtype"] == "I64");
      CHECK(line["bytes"] == 16);
    }
    if (line["name"] == "broken") {
      CHECK(line["all_finite"] == false);
      CHECK(line["mean"] == 2.0);
    }
    if (line["name"] == "empty") {
      CHECK(line["shape"] == Json({0, 3}));
      CHECK(line["min"].is_null());
    }
  }
  CHECK(lines[5] == Json({{"file", "a.safetensors"},
                          {"tensors", 5},
                          {"elements", 11},
                          {"bytes", 56},
                          {"metadata", {{"who", "me"}}}}));
}

TEST_CASE("a run, a checkpoint and its file are the same to inspect", "[program]") {
  const Folder folder;
  const Json result = train_run(folder, "run", tiny_config());
  const Ended run = run_heed(folder, {"inspect", "run", "--json"});
  REQUIRE(run.exit_code == 0);
  const Json whole = json_lines(run.out).back();
  CHECK(whole["file"] == "run/checkpoints/step-000006/model.safetensors");
  CHECK(whole["elements"] == result["parameters"]);
  CHECK(run_heed(folder, {"inspect", "run/checkpoints/step-000006", "--json"}).out == run.out);
  CHECK(run_heed(folder, {"inspect", "run/checkpoints/step-000006/model.safetensors", "--json"})
            .out == run.out);
}

TEST_CASE("files that break a rule are refused by name", "[program]") {
  const Folder folder;
  const auto refused = [&](const std::string& bytes) {
    folder.write("bad.safetensors", bytes);
    const std::string error = refusal(folder, {"inspect", "bad.safetensors"});
    CHECK(error.starts_with("inspect: error: bad.safetensors: "));
    CHECK(lines_of(error).size() == 1);
    return error;
  };
  const std::string good = to_safetensors(some_tensors());
  for (size_t size = 0; size < good.size(); size += 7) refused(good.substr(0, size));
  refused(good + "x");
  refused(file_of("[]", ""));
  refused(file_of(R"({"a":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4]}})", "1234"));
  refused(file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", "12345678"));
  CHECK(contains(
      refused(file_of(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", "1234")), "U8"));
  refused(std::string(8, '\xff') + "{}");
  std::string flipped = good;
  flipped.back() ^= 1;
  CHECK(contains(refused(flipped), "checksum"));
}

}  // namespace
}  // namespace heed::testing::program_inspect_test

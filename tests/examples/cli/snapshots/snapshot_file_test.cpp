// What is written of snapshots is read back, and nothing else is.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "heed/examples/cli/runs/snapshot_folder.h"
#include "heed/examples/cli/snapshots/snapshot.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/io/safetensors.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/support/catch.h"
#include "heed/tests/support/folder.h"

namespace heed::testing::snapshot_file_test {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

SnapshotAttention::OfProbe probe_of(int64_t H, const std::vector<std::string>& queries,
                                    const std::vector<std::string>& keys) {
  const int64_t L_1 = std::ssize(queries), L_2 = std::ssize(keys);
  std::vector<float> weights;
  for (int64_t i = 0; i < H * L_1 * L_2; ++i) weights.push_back(static_cast<float>(i) / 7);
  Tensor blocked = full({L_1, L_2}, 0, DType::boolean);
  blocked.mutable_data<bool>()[1] = true;
  return {queries, keys, from_values(weights, {H, L_1, L_2}), blocked};
}

Snapshot example(int64_t step) {
  return {.step = step,
          .loss = 0.1 + static_cast<double>(step),
          .sequences = 5,
          .probe_texts = {"a b \"</script>", "c"},
          .attentions = {{"encoder.blocks.0.attention",
                          {probe_of(2, {"a", "b"}, {"a", "b"}), probe_of(2, {"c"}, {"c", "d"})},
                          {{"entropy", {0.25, 1.0 / 3}}, {"prefix_match", {nan, 1e-300}}}},
                         {"writer.decoder.blocks.0.cross_attention",
                          {probe_of(1, {"<start>", "x", "\u2028"}, {"a", "b"}),
                           probe_of(1, {"<start>"}, {"c", "d"})},
                          {{"entropy", {0.5}}}}},
          .untranslated = {"encoder.blocks.1.attention"}};
}

std::vector<Snapshot> read_all(const Folder& folder, const std::vector<std::string>& expected) {
  std::vector<std::string> warnings;
  std::vector<Snapshot> all = read_snapshots(folder.path(), warnings);
  for (std::string& warning : warnings) warning = warning.substr(folder.path().size() + 1);
  CHECK(warnings == expected);
  return all;
}

const std::string second = "snapshots/step-000012.safetensors";

/// Two snapshots, the second of which is spoilt by `change`.
template <class Change>
void check_spoilt(const Change& change, const std::string& warning) {
  const Folder folder;
  save_snapshot(folder.path(), example(3));
  save_snapshot(folder.path(), example(12));
  TensorFile file = load_safetensors(folder / second);
  change(file);
  std::filesystem::remove(folder / second);
  save_safetensors(folder / second, file.tensors, file.metadata);
  const auto rest = read_all(folder, {second + ": " + warning});
  REQUIRE(rest.size() == 1);
  CHECK(rest[0].step == 3);
}

/// Replaces a part of the metadata.
void replace_in(TensorFile& file, const std::string& part, const std::string& other) {
  std::string& text = file.metadata.at("heed.snapshot");
  REQUIRE(text.find(part) != std::string::npos);
  text.replace(text.find(part), part.size(), other);
}

Tensor& tensor_in(TensorFile& file, const std::string& name) {
  for (auto& [own, tensor] : file.tensors) {
    if (own == name) return tensor;
  }
  throw std::runtime_error("no tensor " + name);
}

TEST_CASE("snapshots are read back in the order of their steps", "[program][snapshots]") {
  const Folder folder;
  CHECK(read_all(folder, {}).empty());
  for (const int64_t step : {1'000'000, 12, 0}) save_snapshot(folder.path(), example(step));
  const std::vector<Snapshot> all = read_all(folder, {});
  REQUIRE(all.size() == 3);
  for (size_t i = 0; i < 3; ++i) {
    const Snapshot wanted = example(std::vector<int64_t>{0, 12, 1'000'000}[i]);
    CHECK(all[i].step == wanted.step);
    CHECK(all[i].loss == wanted.loss);
    CHECK(all[i].sequences == 5);
    CHECK(all[i].probe_texts == wanted.probe_texts);
    CHECK(all[i].untranslated == wanted.untranslated);
    REQUIRE(all[i].attentions.size() == 2);
    for (size_t k = 0; k < 2; ++k) {
      const SnapshotAttention &own = all[i].attentions[k], &other = wanted.attentions[k];
      CHECK(own.path == other.path);
      CHECK(own.heads() == other.heads());
      REQUIRE(own.scores.size() == other.scores.size());
      CHECK(own.scores[0] == other.scores[0]);
      REQUIRE(own.probes.size() == 2);
      for (size_t p = 0; p < 2; ++p) {
        CHECK(own.probes[p].queries == other.probes[p].queries);
        CHECK(own.probes[p].keys == other.probes[p].keys);
        CHECK(own.probes[p].weights.shape() == other.probes[p].weights.shape());
        CHECK(own.probes[p].weights.to_vector<float>() ==
              other.probes[p].weights.to_vector<float>());
        CHECK(own.probes[p].blocked.to_vector<bool>() == other.probes[p].blocked.to_vector<bool>());
      }
    }
    const auto& [name, values] = all[i].attentions[0].scores[1];
    CHECK(name == "prefix_match");
    CHECK(std::isnan(values[0]));
    CHECK(values[1] == 1e-300);
  }
}

TEST_CASE("a snapshot is written over that of its step, byte by byte the same",
          "[program][snapshots]") {
  const Folder folder;
  save_snapshot(folder.path(), example(12));
  const std::string before = folder.read(second);
  folder.write(second, "something else");
  folder.write("snapshots/.step-000012.safetensors.partial", "left behind");
  save_snapshot(folder.path(), example(12));
  CHECK(folder.read(second) == before);
  CHECK_FALSE(folder.has("snapshots/.step-000012.safetensors.partial"));
}

TEST_CASE("snapshots after a step are removed, and nothing else", "[program][snapshots]") {
  const Folder folder;
  SnapshotFolder(folder.path()).remove_after(0);  // there are none
  for (const int64_t step : {0, 3, 4, 12}) save_snapshot(folder.path(), example(step));
  for (const char* name : {".step-000003.safetensors.partial", "step-4.safetensors", "notes.txt",
                           "step-000099.safetensors.old"}) {
    folder.write("snapshots/" + std::string(name), "");
  }
  SnapshotFolder(folder.path()).remove_after(3);
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "snapshots")) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{"notes.txt", "step-000000.safetensors",
                                          "step-000003.safetensors", "step-000099.safetensors.old",
                                          "step-4.safetensors"});
}

TEST_CASE("a damaged snapshot is named and left out", "[program][snapshots]") {
  check_spoilt([](TensorFile& file) { file.metadata.clear(); }, "not a snapshot");
  check_spoilt([](TensorFile& file) { file.metadata["heed.snapshot"] = "{"; },
               "damaged: not JSON at byte 1: the text ends too early: the \"{\" of line 1 is not "
               "closed");
  check_spoilt([](TensorFile& file) { replace_in(file, "\"step\":12", "\"step\":4"); },
               "renamed: it is that of step 4");
  check_spoilt([](TensorFile& file) { replace_in(file, "\"step\":12", "\"step\":-1"); },
               "not a snapshot: \"step\" cannot be -1");
  check_spoilt([](TensorFile& file) { replace_in(file, "\"format\":1", "\"format\":2"); },
               "not a snapshot: \"format\" cannot be 2");
  check_spoilt([](TensorFile& file) { replace_in(file, ",\"c\"]", "]"); },
               "not a snapshot: \"encoder.blocks.0.attention\" has 2 probes, the snapshot 1");
  check_spoilt([](TensorFile& file) { replace_in(file, "\"prefix_match\"", "\"other\""); },
               "tensor \"encoder.blocks.0.attention/other\": missing");
  check_spoilt(
      [](TensorFile& file) { replace_in(file, "\"keys\":[\"a\",\"b\"]", "\"keys\":[\"a\"]"); },
      "tensor \"encoder.blocks.0.attention/0/weights\": is f32 [2, 2, 2], expected f32 [2, 2, 1]");
  check_spoilt(
      [](TensorFile& file) {
        tensor_in(file, "encoder.blocks.0.attention/1/weights") = full({1, 1, 2}, 0);
      },
      "tensor \"encoder.blocks.0.attention/1/weights\": not those of all heads: [1, 1, 2]");
  check_spoilt(
      [](TensorFile& file) {
        tensor_in(file, "encoder.blocks.0.attention/entropy") = full({2}, 0);
      },
      "tensor \"encoder.blocks.0.attention/entropy\": is f32 [2], expected f64 [2]");
}

TEST_CASE("snapshots from elsewhere are not trusted", "[program][snapshots]") {
  const Folder folder, elsewhere;
  save_snapshot(elsewhere.path(), example(12));
  save_snapshot(folder.path(), example(3));
  std::filesystem::create_symlink(elsewhere / second, folder / second);
  const auto rest = read_all(
      folder, {second + ": cannot read: it is a symbolic link; only a regular file is accepted "
                        "here"});
  CHECK(rest.size() == 1);
  std::filesystem::remove(folder / second);
  std::filesystem::copy_file(elsewhere / second, folder / second);
  std::filesystem::resize_file(folder / second, (uint64_t{1} << 26) + 1);
  CHECK(read_all(folder, {second + ": too large for a snapshot: 67108865 bytes"}).size() == 1);
  std::filesystem::resize_file(folder / second, 100);
  std::vector<std::string> warnings;
  CHECK(read_snapshots(folder.path(), warnings).size() == 1);
  CHECK(warnings.size() == 1);

  std::filesystem::remove_all(folder / "snapshots");
  std::filesystem::create_directory_symlink(elsewhere / "snapshots", folder / "snapshots");
  CHECK_THROWS_AS(read_snapshots(folder.path(), warnings), IoError);
  CHECK_THROWS_AS(save_snapshot(folder.path(), example(3)), IoError);
  CHECK_THROWS_AS(SnapshotFolder(folder.path()).remove_after(0), IoError);
  CHECK(std::filesystem::exists(elsewhere / second));
}

}  // namespace
}  // namespace heed::testing::snapshot_file_test

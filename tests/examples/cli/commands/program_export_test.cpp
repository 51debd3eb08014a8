// `heed export` and `heed train --init`: parameters leave in a file and come back from one.
#include <sys/resource.h>

#include <map>

#include "heed/framework/io/safetensors.h"
#include "heed/framework/ops/cast.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/examples/cli/runs/small_run.h"

namespace heed::testing::program_export_test {
namespace {

using Json = nlohmann::ordered_json;

using Tensors = std::map<std::string, Tensor>;

const char* const reverse_task = R"({"type": "reverse", "symbols": 4, "length": 4})";

Tensors tensors_in(const std::string& path) {
  const NamedTensors all = load_safetensors(path).tensors;
  return {all.begin(), all.end()};
}

void check_same(const Tensors& a, const Tensors& b) {
  REQUIRE(a.size() == b.size());
  for (const auto& [name, tensor] : a) {
    CAPTURE(name);
    REQUIRE(b.contains(name));
    CHECK(tensor.shape() == b.at(name).shape());
    CHECK(tensor.to_vector<float>() == b.at(name).to_vector<float>());
  }
}

/// The loss before the first step of a run that starts from a file: eval gives it at step 0.
Json evaluated_from(const Folder& folder, const std::string& file, const std::string& name) {
  const Ended trained =
      run_heed(folder, {"train", "run.json", "--init", file, "--out", name, "--set",
                        "train.steps=1", "--set", "train.checkpoints_kept=9"});
  INFO(trained.err);
  REQUIRE(trained.exit_code == 0);
  const Ended ended = run_heed(folder, {"eval", name + "/checkpoints/step-000000"});
  REQUIRE(ended.exit_code == 0);
  return json_lines(ended.out).at(0);
}

TEST_CASE("an exported file has the parameters and what they mean", "[program]") {
  const Folder folder;
  folder.write("a.txt", "abc abc abc abc abc abc abc abc abc abc");
  const Json result =
      train_run(folder, "run", small_config(R"({"type": "text", "path": "a.txt", "length": 3})"));
  const Ended ended = run_heed(folder, {"export", "run", "--out", "m.safetensors"});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  const Json line = json_lines(ended.out).at(0);
  CHECK(line["file"] == "m.safetensors");
  CHECK(line["step"] == 6);
  CHECK(line["names"] == "heed");
  CHECK(line["parameters"] == result["parameters"]);
  CHECK(line["bytes"] == folder.read("m.safetensors").size());
  check_same(tensors_in(folder / "m.safetensors"),
             tensors_in(folder / "run/checkpoints/step-000006/model.safetensors"));
  const auto metadata = load_safetensors(folder / "m.safetensors").metadata;
  CHECK(Json::parse(metadata.at("heed.config"))["task"]["path"] == folder / "a.txt");
  CHECK(metadata.at("heed.step") == "6");
  CHECK(metadata.at("heed.vocabulary") == folder.read("run/vocabulary.json"));
  CHECK(metadata.at("format") == "pt");
  CHECK(folder.names() == std::vector<std::string>{"a.txt", "m.safetensors", "run", "run.json"});
}

TEST_CASE("an export that cannot be written leaves nothing", "[program]") {
  const Folder folder;
  train_run(folder, "run", small_config(reverse_task));
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{1024, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const Ended ended = run_heed(folder, {"export", "run", "--out", "m.safetensors"});
  setrlimit(RLIMIT_FSIZE, &before);
  CHECK(ended.exit_code == 1);
  CHECK(ended.out.empty());
  CHECK(lines_of(ended.err).size() == 1);
  CHECK(ended.err.ends_with(": cannot write: File too large\n"));
  CHECK(folder.names() == std::vector<std::string>{"run", "run.json"});
}

TEST_CASE("PyTorch's names for what PyTorch has", "[program]") {
  const Folder folder;
  train_run(folder, "run",
            small_config(R"({"type": "seq2seq_reverse", "symbols": 4, "length": 4})"));
  REQUIRE(run_heed(folder, {"export", "run", "--out", "p", "--pytorch"}).exit_code == 0);
  REQUIRE(run_heed(folder, {"export", "run", "--out", "h"}).exit_code == 0);
  const Tensors theirs = tensors_in(folder / "p"), ours = tensors_in(folder / "h");
  CHECK(load_safetensors(folder / "p").metadata.at("heed.names") == "pytorch");
  CHECK(theirs.at("tokens.weight").to_vector<float>() ==
        ours.at("tokens.weight").to_vector<float>());
  CHECK(theirs.at("encoder.layers.0.self_attn.in_proj_weight").shape() == Shape{24, 8});
  CHECK(narrow(theirs.at("writer.decoder.layers.0.multihead_attn.in_proj_weight"), 0, 8, 8)
            .clone()
            .to_vector<float>() ==
        ours.at("writer.decoder.blocks.0.cross_attention.W_K.weight").to_vector<float>());
  CHECK(theirs.at("writer.decoder.layers.0.norm3.bias").to_vector<float>() ==
        ours.at("writer.decoder.blocks.0.feed_forward_norm.bias").to_vector<float>());
}

TEST_CASE("every attention that is a multi-head attention has a twin", "[program]") {
  for (const char* type : {"my_mha", "my_multi_head_attention", "d2l_multi_head_attention",
                           "self_attention", "labml_multi_head_attention"}) {
    CAPTURE(type);
    const Folder folder;
    train_run(folder, "run",
              R"({"task": {"type": "reverse", "symbols": 4, "length": 4},
      "model": {"d_model": 8, "attention": {"type": ")" +
                  std::string(type) + R"(", "heads": 2}},
      "train": {"steps": 1, "batch_size": 4}})");
    const Ended ended = run_heed(folder, {"export", "run", "--out", "p", "--pytorch"});
    INFO(ended.err);
    CHECK(ended.exit_code == 0);
    if (ended.exit_code == 0) {
      CHECK(tensors_in(folder / "p").at("encoder.layers.0.self_attn.in_proj_weight").shape() ==
            Shape{24, 8});
    }
  }
}

TEST_CASE("a run starts from a file with our names or PyTorch's, to the bit", "[program]") {
  for (const char* task :
       {reverse_task, R"({"type": "seq2seq_reverse", "symbols": 4, "length": 4})"}) {
    const Folder folder;
    const Json result = train_run(folder, "run", small_config(task));
    REQUIRE(run_heed(folder, {"export", "run", "--out", "h"}).exit_code == 0);
    REQUIRE(run_heed(folder, {"export", "run", "--out", "p", "--pytorch"}).exit_code == 0);
    const Json ours = evaluated_from(folder, "h", "from_h");
    CHECK(ours["step"] == 0);
    CHECK(ours["loss"] == result["loss"]);
    CHECK(ours["token_accuracy"] == result["token_accuracy"]);
    CHECK(evaluated_from(folder, "p", "from_p")["loss"] == result["loss"]);
    CHECK(contains(folder.read("from_h/log.txt"), "initial parameters: h, with heed's names\n"));
    CHECK(contains(folder.read("from_p/log.txt"), "initial parameters: p, with PyTorch's names\n"));
    CHECK(folder.read("from_h/metrics.jsonl").substr(0, 40) ==
          folder.read("from_p/metrics.jsonl").substr(0, 40));
    // The three projections may also be apart.
    Tensors split = tensors_in(folder / "p");
    NamedTensors apart;
    for (const auto& [name, tensor] : split) {
      const size_t end = name.rfind("in_proj_weight");
      if (end == std::string::npos) {
        apart.emplace_back(name, tensor);
        continue;
      }
      for (const int64_t i : {0, 1, 2}) {
        apart.emplace_back(name.substr(0, end) + "qkv"[i] + "_proj_weight",
                           narrow(tensor, 0, 8 * i, 8).clone());
      }
    }
    save_safetensors(folder / "s", apart);
    CHECK(evaluated_from(folder, "s", "from_s")["loss"] == result["loss"]);
  }
}

TEST_CASE("a run that starts from a file continues as if it had never stopped", "[program]") {
  const Folder folder;
  train_run(folder, "run", small_config(reverse_task, R"("dropout": 0.1, )"));
  REQUIRE(run_heed(folder, {"export", "run", "--out", "h"}).exit_code == 0);
  REQUIRE(run_heed(folder, {"train", "run.json", "--init", "h", "--out", "whole"}).exit_code == 0);
  // As a crash before the first evaluation leaves it.
  REQUIRE(run_heed(folder, {"train", "run.json", "--init", "h", "--out", "cut", "--set",
                            "train.checkpoints_kept=9"})
              .exit_code == 0);
  for (const char* step : {"3", "6"}) {
    std::filesystem::remove_all(folder / ("cut/checkpoints/step-00000" + std::string(step)));
  }
  const Ended resumed = run_heed(folder, {"train", "--resume", "cut"});
  INFO(resumed.err);
  REQUIRE(resumed.exit_code == 0);
  check_same(tensors_in(folder / "whole/checkpoints/step-000006/model.safetensors"),
             tensors_in(folder / "cut/checkpoints/step-000006/model.safetensors"));
}

TEST_CASE("a file that does not fit names every tensor", "[program]") {
  const Folder folder;
  train_run(folder, "run", small_config(reverse_task));
  REQUIRE(run_heed(folder, {"export", "run", "--out", "h"}).exit_code == 0);
  REQUIRE(run_heed(folder, {"export", "run", "--out", "p", "--pytorch"}).exit_code == 0);
  const std::vector<std::string> before = folder.names();
  const auto refused = [&](const std::string& file) {
    const std::string error =
        refusal(folder, {"train", "run.json", "--init", file, "--out", "new"});
    CHECK(!folder.has("new"));
    return error;
  };
  Tensors ours = tensors_in(folder / "h");
  ours["extra"] = zeros({1});
  ours.erase("output.bias");
  ours["output.weight"] = zeros({4, 9});
  ours["tokens.weight"] = ours["tokens.weight"].to(DType::f64);
  save_safetensors(folder / "bad", {ours.begin(), ours.end()});
  const std::string error = refused("bad");
  CHECK(error.starts_with("--init bad: error: the tensors do not fit the model:\n"));
  for (const char* fault : {"  unexpected: extra\n", "  missing: output.bias\n",
                            "  does not fit: output.weight is f32 [4, 8], given f32 [4, 9]\n",
                            "  does not fit: tokens.weight is f32 [4, 8], given f64 [4, 8]\n"}) {
    CHECK(contains(error, fault));
  }
  CHECK(lines_of(error).size() == 5);
  Tensors theirs = tensors_in(folder / "p");
  theirs.erase("encoder.layers.0.linear1.bias");
  save_safetensors(folder / "bad_p", {theirs.begin(), theirs.end()});
  CHECK(refused("bad_p") ==
        "--init bad_p: error: with PyTorch's names the tensors do not fit the model:\n"
        "  missing: encoder.layers.0.linear1.bias\n");
  folder.write("text", "no tensors at all");
  CHECK(refused("text").starts_with("--init: error: text: "));
  CHECK(refused("none") == "--init: error: none: cannot read: No such file or directory\n");
  CHECK(refusal(folder, {"train", "--resume", "run", "--init", "h"}) ==
        "heed train: --init and --dry-run are for a new run, not with --resume; see heed train "
        "--help\n");
}

}  // namespace
}  // namespace heed::testing::program_export_test

// A model that is too large is refused before it is allocated, with the numbers.
#include <cstdlib>
#include <regex>

#include "heed/examples/cli/training/experiment.h"
#include "heed/examples/cli/training/memory_estimate.h"
#include "heed/framework/base/memory.h"
#include "heed/framework/tensor/shapes_only.h"
#include "heed/tests/examples/cli/runs/small_run.h"

namespace heed::testing::program_memory_test {
namespace {

const std::vector<std::string> huge = {"--set", "model.d_model=16384", "--set", "model.layers=256"};

std::vector<std::string> with(std::vector<std::string> arguments,
                              const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST_CASE("a model far too large is refused with its size, and nothing is written", "[program]") {
  const Folder folder;
  folder.write("tiny.json", tiny_config());
  const std::regex expected(
      "tiny\\.json: error: training takes about 12293\\.1 GiB of memory, \\d+\\.\\d GiB are "
      "available: parameters 3072\\.1 GiB, gradients 3072\\.1 GiB, optimizer 6144\\.3 GiB, "
      "activations of a step \\d\\.\\d GiB; a smaller model\\.d_model, model\\.d_ff or "
      "model\\.layers helps\n");
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"train", "tiny.json", "--out", "run"},
                                             {"train", "tiny.json", "--dry-run"},
                                             {"gradcheck", "tiny.json"},
                                             {"trace", "tiny.json"}}) {
    CAPTURE(arguments);
    const std::string said = refusal(folder, with(arguments, huge));
    INFO(said);
    CHECK(std::regex_match(said, expected));
  }
  CHECK(folder.names() == std::vector<std::string>{"tiny.json"});
}

TEST_CASE("a batch far too large is refused with another hint", "[program]") {
  const Folder folder;
  folder.write("tiny.json", tiny_config());
  const std::string said =
      refusal(folder, {"train", "tiny.json", "--dry-run", "--set", "train.batch_size=65536",
                       "--set", "task.length=64", "--set", "model.d_model=4096"});
  CHECK(contains(said, "tiny.json: error: training takes about "));
  CHECK(said.ends_with(
      "; a smaller train.batch_size, more train.micro_batches or shorter sequences help\n"));
}

TEST_CASE("validate says how large a model is, and allocates nothing of that size", "[program]") {
  const Folder folder;
  folder.write("tiny.json", tiny_config());
  const Ended ended = run_heed(folder, with({"validate", "tiny.json"}, huge));
  CHECK(ended.exit_code == 0);
  CHECK(ended.out ==
        "tiny.json: valid: task reverse (4 symbols, length 4, 20 held-out sequences), 824671698948 "
        "parameters, 6 steps\n");
  CHECK(ended.err.starts_with("tiny.json: note: training takes about 12293.1 GiB of memory, "));
}

TEST_CASE("under ShapesOnly tensors have shapes and the memory of one element") {
  const int64_t before = memory_stats().live_bytes;
  {
    const ShapesOnly guard;
    const Tensor x = filled_state({1000, 1000}, 3);
    CHECK(x.shape() == Shape{1000, 1000});
    CHECK(x.numel() == 1000000);
    CHECK(memory_stats().live_bytes - before < 10000);
  }
  CHECK(filled_state({2}, 3).to_vector<float>() == std::vector<float>{3, 3});
  CHECK(!ShapesOnly::is_on());
}

TEST_CASE("the estimate of a training's memory is near what it takes", "[program]") {
  struct OneStep : TrainingObserver {
    void on_step(const StepReport&) override { ++steps; }
    void on_evaluation(int64_t, const Evaluation&) override {}
    bool wants_stop() override { return steps > 0; }
    int steps = 0;
  };
  for (const char* name :
       {"reverse", "sort", "addition", "induction", "seq2seq_reverse", "cross_reverse", "recall"}) {
    CAPTURE(name);
    const std::string path = std::string(HEED_SOURCE_DIR "/configs/") + name + ".json";
    const Experiment experiment = prepare_experiment(builtin_registry(), path, {});
    const MemoryEstimate estimate = memory_estimate(*experiment.trainer);
    OneStep step;
    reset_peak_memory();
    experiment.trainer->run(step);
    const auto ratio =
        static_cast<double>(estimate.total()) / static_cast<double>(memory_stats().peak_bytes);
    CAPTURE(estimate.total(), memory_stats().peak_bytes);
    CHECK(ratio > 0.6);
    CHECK(ratio < 1.7);
  }
}

}  // namespace
}  // namespace heed::testing::program_memory_test

// Continuing a prompt past the context: with caches, and by recomputing what is in sight.
#include "heed/examples/cli/inspect/answering.h"

#include <algorithm>

#include "heed/examples/cli/training/experiment.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/ops/inplace.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::answering_test {
namespace {

constexpr int64_t context = 8;

Experiment experiment_of(const std::string& table, const std::string& scheme) {
  const Folder folder;
  folder.write("a.json", R"({"task": {"type": "noise", "symbols": 13, "length": 8}, "model":
    {"d_model": 16, "layers": 2, "positions": ")" +
                             table + R"(", "attention": {"type":
    "multi_head_attention", "heads": 2, "positions": ")" +
                             scheme + R"("}}})");
  Experiment experiment = prepare_experiment(builtin_registry(), folder / "a.json", {});
  const NoGrad guard;
  for (const Tensor& parameter : experiment.model->parameters()) mul_(parameter, 2);
  return experiment;
}

/// The most likely symbols, each by all that is in sight of it.
Sequence recomputed(Model& model, Sequence symbols, int64_t count) {
  const NoGrad guard;
  Sequence said;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t seen = std::min(context, std::ssize(symbols));
    const Sequence sight(symbols.end() - seen, symbols.end());
    const Tensor scores = model(Batch{from_values(sight, {1, seen}), {}});
    said.push_back(argmax(scores, -1).to_vector<int64_t>().back());
    symbols.push_back(said.back());
  }
  return said;
}

}  // namespace

TEST_CASE(
    "a prompt is continued past the context as by recomputation, with every position scheme") {
  for (const std::string table : {"none", "learned", "sinusoidal"}) {
    for (const std::string scheme : {"none", "rope", "alibi", "learned"}) {
      const Experiment experiment = experiment_of(table, scheme);
      const TaskForm form = form_of("noise", *experiment.task);
      Answerer answerer(*experiment.model, form);
      for (const Sequence& prompt :
           {Sequence{3}, Sequence{1, 2, 3, 4, 5}, Sequence{1, 12, 3, 4, 9, 6, 7},
            Sequence{1, 12, 3, 4, 9, 6, 7, 8}, Sequence{5, 0, 1, 12, 3, 4, 9, 6, 7, 8, 11}}) {
        CAPTURE(table, scheme, prompt);
        Rng rng(stream(0, Purpose::user));
        const Answer answer = answerer.continued(prompt, {.count = 20}, rng);
        const Sequence want = recomputed(*experiment.model, prompt, 20);
        CHECK(answer.symbols == want);
        // A stop that occurs ends it there, and is not part of the answer.
        const Sequence stop(want.begin() + 11, want.begin() + 13);
        const auto first = std::search(want.begin(), want.end(), stop.begin(), stop.end());
        const Answer ended = answerer.continued(prompt, {.count = 20, .stop = stop}, rng);
        CHECK(ended.symbols == Sequence(want.begin(), first));
      }
    }
  }
}

}  // namespace heed::testing::answering_test

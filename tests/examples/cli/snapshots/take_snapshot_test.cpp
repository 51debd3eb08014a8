// A snapshot of a model in memory, against what `heed heads` measures.
#include "heed/examples/cli/snapshots/take_snapshot.h"

#include <algorithm>
#include <cmath>

#include "heed/examples/cli/inspect/heads/attention_watch.h"
#include "heed/examples/cli/inspect/heads/head_lab.h"
#include "heed/examples/cli/training/evaluation.h"
#include "heed/examples/cli/training/experiment.h"
#include "heed/framework/io/safetensors.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/support/catch.h"
#include "heed/tests/support/folder.h"

namespace heed::testing::take_snapshot_test {
namespace {

using Words = std::vector<std::string>;

/// In f64, as it is before training.
Experiment experiment_of(const std::string& task, const std::string& model = "") {
  const Folder folder;
  folder.write("numbers.tsv", "1\tone\n1 2\tone two\n3 1 2\tthree one two\n2\ttwo\n3\tthree\n");
  folder.write("config.json", R"({"task": )" + task + R"(,
    "model": {"d_model": 8, "d_ff": 8, "layers": 2, "dropout": 0.2, )" +
                                  model +
                                  R"("attention": {"type": "multi_head_attention", "heads": 2}},
    "train": {"eval_sequences": 12}})");
  Experiment experiment =
      prepare_experiment(builtin_registry(), folder / "config.json",
                         task.find("pairs") == std::string::npos
                             ? Words{}
                             : Words{"task.path=" + folder / "numbers.tsv", "task.held_out=0.6"});
  experiment.model->to(DType::f64);
  return experiment;
}

const std::vector<double>& score_of(const SnapshotAttention& attention, const std::string& name) {
  for (const auto& [own, values] : attention.scores) {
    if (own == name) return values;
  }
  throw std::runtime_error("no score " + name);
}

const char* const forms[] = {
    R"({"type": "reverse", "symbols": 5, "length": 6})",
    R"({"type": "induction", "symbols": 8, "length": 9, "segment": 3})",
    R"({"type": "cross_reverse", "symbols": 5, "length": 6})",
    R"({"type": "addition", "digits": 2})",
    R"({"type": "seq2seq_reverse", "symbols": 5, "length": 6})",
};

TEST_CASE("scores of a snapshot are those of the head lab, in every form of a model",
          "[program][snapshots]") {
  for (const char* task : forms) {
    CAPTURE(task);
    const Experiment experiment = experiment_of(task);
    const Snapshot snapshot = take_snapshot(*experiment.model, *experiment.task,
                                            {.sequences = 10, .left_out_sequences = 10}, 7);
    CHECK(snapshot.step == 7);
    CHECK(snapshot.sequences == 10);
    CHECK(snapshot.untranslated.empty());
    const HeadLabReport lab =
        examine_heads(*experiment.model, *experiment.task, {.sequences = 10, .batch_size = 4});
    CHECK(snapshot.loss == Approx(lab.evaluation.loss).epsilon(1e-12));
    REQUIRE(snapshot.attentions.size() == lab.attentions.size());
    for (size_t k = 0; k < lab.attentions.size(); ++k) {
      const SnapshotAttention& attention = snapshot.attentions[k];
      CHECK(attention.path == lab.attentions[k].path);
      REQUIRE(attention.heads() == 2);
      for (size_t h = 0; h < 2; ++h) {
        const HeadReport& head = lab.attentions[k].heads[h];
        CHECK(score_of(attention, "entropy")[h] == Approx(head.entropy_share).epsilon(1e-12));
        CHECK(score_of(attention, "importance")[h] == Approx(head.importance).epsilon(1e-9));
        CHECK(score_of(attention, "loss_change")[h] == Approx(head.loss_change).margin(1e-12));
      }
    }
  }
}

TEST_CASE("the loss without a head is that of the first few sequences", "[program][snapshots]") {
  const Experiment experiment = experiment_of(forms[0]);
  const auto taken = [&](int64_t few) {
    return take_snapshot(*experiment.model, *experiment.task,
                         {.sequences = 8, .left_out_sequences = few}, 0);
  };
  const Snapshot few = taken(3);
  const HeadLabReport lab =
      examine_heads(*experiment.model, *experiment.task, {.sequences = 3, .batch_size = 4});
  for (size_t k = 0; k < 2; ++k) {
    for (size_t h = 0; h < 2; ++h) {
      CHECK(score_of(few.attentions[k], "loss_change")[h] ==
            Approx(lab.attentions[k].heads[h].loss_change).margin(1e-12));
      CHECK(few.loss != lab.evaluation.loss);
    }
  }
}

TEST_CASE("probes show the weights of each sequence read alone", "[program][snapshots]") {
  for (const char* task : forms) {
    CAPTURE(task);
    const Experiment experiment = experiment_of(task);
    const Snapshot snapshot = take_snapshot(*experiment.model, *experiment.task,
                                            {.sequences = 5, .left_out_sequences = 1}, 0);
    REQUIRE(snapshot.probe_texts.size() == 3);
    AttentionWatch watch(*experiment.model);
    for (size_t p = 0; p < 3; ++p) {
      const Batch one = experiment.task->evaluation_batch(static_cast<int64_t>(p), 1);
      const EvaluationMode mode(*experiment.model);
      const auto watched = watch.watch(one, experiment.task->tokenizer());
      REQUIRE(watched.size() == snapshot.attentions.size());
      for (size_t k = 0; k < watched.size(); ++k) {
        const SnapshotAttention::OfProbe& probe = snapshot.attentions[k].probes[p];
        CHECK(snapshot.attentions[k].path == watched[k].path);
        CHECK(probe.queries == watched[k].queries);
        CHECK(probe.keys == watched[k].keys);
        REQUIRE(probe.weights.shape() == watched[k].weights.shape());
        CHECK(max(abs(probe.weights.to(DType::f64) - watched[k].weights)).item() < 1e-7);
      }
    }
  }
}

TEST_CASE("axes have the words of what reads and of what is read", "[program][snapshots]") {
  const Experiment adds = experiment_of(R"({"type": "pairs"})");
  const Snapshot snapshot =
      take_snapshot(*adds.model, *adds.task, {.sequences = 3, .left_out_sequences = 3}, 0);
  const SnapshotAttention& crossing = snapshot.attentions.back();
  CHECK(crossing.path == "writer.decoder.blocks.1.cross_attention");
  for (size_t p = 0; p < snapshot.probe_texts.size(); ++p) {
    const auto& probe = crossing.probes[p];
    // Padding of the batch is neither a query nor a key.
    CHECK(probe.queries.front() == "<start>");
    CHECK(probe.queries.size() == probe.keys.size() + 1);
    std::string text;
    for (const std::string& word : probe.keys) text += (text.empty() ? "" : " ") + word;
    CHECK(text == snapshot.probe_texts[p]);
    CHECK(probe.weights.shape() == Shape{2, std::ssize(probe.queries), std::ssize(probe.keys)});
    // Each row is whole.
    CHECK(max(abs(sum(probe.weights, {2}) - 1)).item() < 1e-6);
  }
  // Of the decoder, nothing later may be seen.
  const auto& own = snapshot.attentions[2].probes[0];
  CHECK(snapshot.attentions[2].path == "writer.decoder.blocks.0.attention");
  const int64_t L = std::ssize(own.queries);
  for (int64_t i = 0; i < L; ++i) {
    for (int64_t j = 0; j < L; ++j) {
      CHECK(own.blocked.to_vector<bool>()[static_cast<size_t>(i * L + j)] == (j > i));
    }
  }
}

TEST_CASE("padding does not count in scores", "[program][snapshots]") {
  const Experiment experiment = experiment_of(R"({"type": "pairs"})");
  const Snapshot snapshot = take_snapshot(*experiment.model, *experiment.task,
                                          {.sequences = 3, .left_out_sequences = 1}, 0);
  REQUIRE(snapshot.probe_texts.size() == 3);
  REQUIRE(snapshot.probe_texts[0].size() != snapshot.probe_texts[1].size());
  for (const SnapshotAttention& attention : snapshot.attentions) {
    CAPTURE(attention.path);
    std::vector<double> distances(2);
    double queries = 0;
    for (const auto& probe : attention.probes) {
      const int64_t L_1 = probe.weights.size(1), L_2 = probe.weights.size(2);
      const auto weights = probe.weights.to_vector<float>();
      queries += static_cast<double>(L_1);
      for (int64_t at = 0; at < 2 * L_1 * L_2; ++at) {
        const int64_t i = at / L_2 % L_1, j = at % L_2;
        distances[static_cast<size_t>(at / (L_1 * L_2))] +=
            static_cast<double>(weights[static_cast<size_t>(at)]) *
            std::fabs(static_cast<double>(i - j));
      }
    }
    for (size_t h = 0; h < 2; ++h) {
      CHECK(score_of(attention, "distance")[h] == Approx(distances[h] / queries).epsilon(1e-6));
    }
  }
}

TEST_CASE("of long sequences the first queries are shown", "[program][snapshots]") {
  const Snapshot causal = [] {
    const Experiment experiment =
        experiment_of(R"({"type": "induction", "symbols": 64, "length": 60, "segment": 8})");
    return take_snapshot(*experiment.model, *experiment.task,
                         {.sequences = 3, .left_out_sequences = 1}, 0);
  }();
  CHECK(causal.attentions[0].probes[0].weights.shape() == Shape{2, 48, 48});
  CHECK(causal.probe_texts[0].ends_with(" …"));
  const Experiment experiment = experiment_of(R"({"type": "reverse", "symbols": 5, "length": 60})");
  const Snapshot both = take_snapshot(*experiment.model, *experiment.task,
                                      {.sequences = 3, .left_out_sequences = 1}, 0);
  CHECK(both.attentions[0].probes[0].weights.shape() == Shape{2, 48, 60});
  for (const Snapshot* one : {&causal, &both}) {
    CHECK(max(abs(sum(one->attentions[1].probes[2].weights, {2}) - 1)).item() < 1e-6);
  }
}

TEST_CASE("a snapshot leaves the model as it was", "[program][snapshots]") {
  for (const char* task : forms) {
    CAPTURE(task);
    const Experiment experiment = experiment_of(task);
    Model& model = *experiment.model;
    const auto parameters = model.named_parameters();
    Tensor frozen = parameters.front().second;
    frozen.requires_grad_(false);
    const std::string before = to_safetensors(model.state_dict());
    const auto places = model.attentions();
    take_snapshot(model, *experiment.task, {.sequences = 4, .left_out_sequences = 2}, 0);
    CHECK(to_safetensors(model.state_dict()) == before);
    CHECK(model.training());
    for (const auto& [path, parameter] : model.named_parameters()) {
      CHECK(parameter.requires_grad() == (path != parameters.front().first));
      CHECK_FALSE(parameter.grad().defined());
    }
    for (size_t k = 0; k < places.size(); ++k) {
      CHECK(model.attentions()[k].attention == places[k].attention);
    }
  }
}

/// An attention of one's own, without heads.
struct Plain {
  static constexpr AttentionAbilities abilities{};
  Tensor attend(const Tensor& query, const Tensor&, const Tensor&, const AttentionCall&) {
    return query;
  }
};

TEST_CASE("attentions without heads are named", "[program][snapshots]") {
  Experiment experiment = experiment_of(forms[0]);
  *experiment.model->attentions()[0].attention = AnyAttention(std::make_unique<Plain>());
  const Snapshot snapshot = take_snapshot(*experiment.model, *experiment.task,
                                          {.sequences = 4, .left_out_sequences = 2}, 0);
  CHECK(snapshot.untranslated == Words{"encoder.blocks.0.attention"});
  REQUIRE(snapshot.attentions.size() == 1);
  CHECK(snapshot.attentions[0].path == "encoder.blocks.1.attention");
}

TEST_CASE("the longer a training, the more sequences its snapshots use", "[program][snapshots]") {
  const Experiment experiment = experiment_of(forms[0]);
  const auto slice = [&](int64_t trained, int64_t count) {
    const SnapshotSlice one = snapshot_slice(*experiment.model, *experiment.task, trained, count);
    return std::pair(one.sequences, one.left_out_sequences);
  };
  CHECK(slice(1, 24) == std::pair<int64_t, int64_t>(3, 1));
  CHECK(slice(1'000'000, 24) == std::pair<int64_t, int64_t>(12, 12));  // all that there are
  CHECK(slice(24'000, 24) >= slice(12'000, 24));
  CHECK(slice(24'000, 24) == slice(12'000, 12));
}

}  // namespace
}  // namespace heed::testing::take_snapshot_test

// The head lab's numbers against independent computations.
#include "heed/examples/cli/inspect/heads/head_lab.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "heed/examples/cli/inspect/heads/gated_attention.h"
#include "heed/examples/cli/inspect/heads/head_statistics.h"
#include "heed/examples/cli/inspect/heads/heat_map.h"
#include "heed/examples/cli/inspect/heads/held_out_slice.h"
#include "heed/examples/cli/training/experiment.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/inplace.h"
#include "heed/framework/ops/linear_algebra.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
#include "heed/modules/attention/my_mha.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::head_lab_test {
namespace {

constexpr int64_t sequences = 10;
constexpr int64_t batch_size = 4;

/// The model of configs/smoke.json with odd widths, in f64, as it is before training.
Experiment experiment_with(const std::vector<std::string>& more = {}) {
  std::vector<std::string> sets{"model.attention.d_qk=3", "model.attention.d_v=5"};
  if (more.empty() || more.back() != "model.attention.heads=1") {
    sets.push_back("model.attention.heads=2");
  }
  sets.insert(sets.end(), more.begin(), more.end());
  Experiment experiment =
      prepare_experiment(builtin_registry(), HEED_SOURCE_DIR "/configs/smoke.json", sets);
  experiment.model->to(DType::f64);
  return experiment;
}

/// The columns of head h of an attention's W_O.
Tensor output_columns(const Model& model, const std::string& attention, int64_t h) {
  for (const auto& [path, tensor] : model.named_parameters()) {
    if (path == attention + ".W_O.weight") return tensor.detach().slice(1, 5 * h, 5 * (h + 1));
  }
  throw ValueError("no such attention");
}

/// Sets the columns of a head to `factor` times what they are, for as long as it lives.
class ScaledHead {
 public:
  ScaledHead(const Model& model, const std::string& attention, int64_t h, double factor)
      : columns_(output_columns(model, attention, h)), before_(columns_.clone()) {
    const NoGrad guard;
    copy_(columns_, before_ * factor);
  }
  ~ScaledHead() {
    const NoGrad guard;
    copy_(columns_, before_);
  }
  ScaledHead(const ScaledHead&) = delete;
  ScaledHead& operator=(const ScaledHead&) = delete;

 private:
  Tensor columns_, before_;
};

TEST_CASE("importance is the derivative by a factor on the head, leaving out is a factor of 0",
          "[program]") {
  const Experiment examined = experiment_with();
  const HeadLabReport report = examine_heads(*examined.model, *examined.task,
                                             {.sequences = sequences, .batch_size = batch_size});
  const Experiment other = experiment_with();
  Model& model = *other.model;
  const HeldOutSlice held_out(*other.task, sequences);
  const Evaluation whole = evaluate(model, held_out, batch_size);
  CHECK(report.sequences == sequences);
  CHECK(report.evaluation.loss == Approx(whole.loss).epsilon(1e-12));
  CHECK(report.evaluation.token_accuracy == whole.token_accuracy);
  REQUIRE(report.attentions.size() == 2);
  for (const AttentionReport& attention : report.attentions) {
    REQUIRE(attention.heads.size() == 2);
    for (int64_t h = 0; h < 2; ++h) {
      const HeadReport& head = attention.heads[static_cast<size_t>(h)];
      double importance = 0;
      for (int64_t i = 0; i < sequences; ++i) {
        const auto loss_with = [&](double factor) {
          const ScaledHead scaled(model, attention.path, h, factor);
          const Batch one = held_out.evaluation_batch(i, 1);
          model.eval();
          return sequence_loss(model(one), one.targets).item();
        };
        importance += std::fabs(loss_with(1 + 1e-5) - loss_with(1 - 1e-5)) / 2e-5;
      }
      CHECK(head.importance > 1e-6);
      CHECK(head.importance == Approx(importance / sequences).epsilon(1e-6));
      const ScaledHead without(model, attention.path, h, 0);
      const Evaluation rest = evaluate(model, held_out, batch_size);
      CHECK(head.loss_change == Approx(rest.loss - whole.loss).margin(1e-12));
      CHECK(head.token_accuracy_change == rest.token_accuracy - whole.token_accuracy);
      CHECK(head.sequence_accuracy_change == rest.sequence_accuracy - whole.sequence_accuracy);
    }
  }
}

TEST_CASE("the translated and the pruned model compute the same", "[program]") {
  for (const char* type : {"my_mha", "multi_head_attention"}) {
    const Experiment experiment = experiment_with({std::string("model.attention.type=") + type});
    const HeadLabReport report = examine_heads(*experiment.model, *experiment.task,
                                               {.sequences = sequences, .batch_size = batch_size});
    CHECK(report.translation_difference < 1e-13);
    CHECK(report.untranslated.empty());
    REQUIRE(report.pruned);
    const PruningReport& pruned = *report.pruned;
    CHECK(pruned.difference < 1e-13);
    CHECK(pruned.parameters_after < pruned.parameters_before);
    // What was taken out is the least important of all, and its attention is smaller now.
    for (const AttentionReport& attention : report.attentions) {
      for (size_t h = 0; h < 2; ++h) {
        const HeadReport& head = attention.heads[h];
        if (attention.path == pruned.path && static_cast<int64_t>(h) == pruned.head) {
          CHECK(report.evaluation.loss + head.loss_change ==
                Approx(pruned.evaluation.loss).margin(1e-12));
        }
        const auto found =
            std::find_if(report.attentions.begin(), report.attentions.end(),
                         [&](const AttentionReport& other) { return other.path == pruned.path; });
        CHECK(found->heads[static_cast<size_t>(pruned.head)].importance <= head.importance);
      }
    }
    for (const auto& [path, place] : experiment.model->attentions()) {
      CHECK(place->as_multi_head()->H == (path == pruned.path ? 1 : 2));
    }
  }
}

TEST_CASE("heads that cannot be taken out are examined, and why is said", "[program]") {
  const auto refusal = [](const std::vector<std::string>& sets) {
    std::vector<std::string> all{"model.attention.type=multi_head_attention"};
    all.insert(all.end(), sets.begin(), sets.end());
    const Experiment experiment = experiment_with(all);
    const HeadLabReport report = examine_heads(*experiment.model, *experiment.task,
                                               {.sequences = sequences, .batch_size = batch_size});
    CHECK_FALSE(report.pruned);
    CHECK(report.attentions.size() == 2);
    CHECK(report.translation_difference < 1e-13);
    return report.pruning_refusal;
  };
  CHECK(refusal({"model.attention.positions=alibi"}) ==
        "prune_heads: the relative positions differ between heads");
  CHECK(refusal({"model.attention.positions=learned"}) ==
        "prune_heads: the relative positions differ between heads");
  CHECK(refusal({"model.attention.n_kv_heads=1"}) ==
        "prune_heads: heads share keys and values: n_kv_heads = 1, H = 2");
  CHECK(refusal({"model.attention.heads=1"}) == "prune_heads: the model has only one head");
}

TEST_CASE("a MultiHeadAttention translates into itself, its positions included", "[program]") {
  for (const bool learned : {false, true}) {
    struct Root : Layer<Root> {
      MultiHeadAttention attention;
      Root(const Slot& slot, const MultiHeadAttentionConfig& config)
          : Layer(slot), attention({this, "attention"}, config) {}
    };
    Root root(Slot::root(), {.D_1 = 8,
                             .H = 2,
                             .window = 2,
                             .relative_positions =
                                 learned ? with_positions<LearnedDistances>(int64_t{2}, int64_t{3})
                                         : with_positions<AlibiPositions>(int64_t{2})});
    Rng rng(stream(5, Purpose::user));
    root.reset_parameters(rng);
    root.to(DType::f64);
    const std::unique_ptr<MultiHeadAttention> same = root.attention.as_multi_head();
    const Tensor x = normal({2, 5, 8}, 3);
    CHECK(bit_difference((*same)(x, x, x), root.attention(x, x, x)) == "");
    CHECK(same->path().empty());
    // Copies: what happens to one does not change the other.
    {
      const NoGrad guard;
      fill_(same->W_O.weight.tensor(), 0);
    }
    CHECK(max(abs(root.attention(x, x, x))).item() > 0.01);
  }
}

TEST_CASE("singular values of what each head compares and moves", "[program]") {
  MultiHeadAttention attention(
      {nullptr, "attention"},
      {.D_1 = 7, .H = 4, .D_2 = 6, .D_value = 8, .D_out = 9, .D_qk = 2, .D_v = 3, .n_kv_heads = 2});
  Rng rng(stream(/*seed=*/5, Purpose::user));
  attention.reset_parameters(rng);
  attention.to(DType::f64);
  const auto rows = [](const Linear& linear, int64_t first, int64_t count) {
    return linear.weight->detach().slice(0, first, first + count);
  };
  const std::vector<HeadSpectrum> spectra = head_spectra(attention);
  REQUIRE(spectra.size() == 4);
  for (int64_t h = 0; h < 4; ++h) {
    const HeadSpectrum& head = spectra[static_cast<size_t>(h)];
    const Tensor qk =
        matmul(rows(attention.W_Q, 2 * h, 2).transpose(0, 1), rows(attention.W_K, 2 * (h / 2), 2));
    const Tensor ov = matmul(attention.W_O.weight->detach().slice(1, 3 * h, 3 * h + 3),
                             rows(attention.W_V, 3 * (h / 2), 3));
    const std::vector<double> want_qk = svdvals(qk).to_vector<double>();
    const std::vector<double> want_ov = svdvals(ov).to_vector<double>();
    REQUIRE(head.qk.size() == 2);
    REQUIRE(head.ov.size() == 3);
    for (size_t i = 0; i < want_qk.size(); ++i) {
      CHECK(Approx(want_qk[i]).margin(1e-14) == (i < 2 ? head.qk[i] : 0));
    }
    for (size_t i = 0; i < want_ov.size(); ++i) {
      CHECK(Approx(want_ov[i]).margin(1e-14) == (i < 3 ? head.ov[i] : 0));
    }
  }
}

TEST_CASE("entropy and similarity of known weights", "[program]") {
  HeadStatistics statistics(3);
  // Head 0 is even over both visible keys, head 1 sees one, head 2 the other.
  const Tensor weights = from_values<double>({0.5, 0.5, 0, 1, 0, 0, 0, 1, 0}, {1, 3, 1, 3});
  statistics.add(weights, from_values<double>({0, 0, 1}, {3}).to(DType::boolean));
  CHECK(statistics.entropy(0) == Approx(std::numbers::ln2));
  CHECK(statistics.entropy_share(0) == Approx(1));
  CHECK(statistics.entropy(1) == 0);
  CHECK(statistics.similarity(1, 1) == 1);
  CHECK(statistics.similarity(1, 2) == Approx(0).margin(1e-15));
  // JS of (½, ½) and (1, 0): H(¾, ¼) − ½ log 2.
  const double mixed = -0.75 * std::log(0.75) - 0.25 * std::log(0.25);
  CHECK(statistics.similarity(0, 1) ==
        Approx(1 - (mixed - std::numbers::ln2 / 2) / std::numbers::ln2));
  CHECK(statistics.similarity(0, 1) == statistics.similarity(1, 0));
  // A query that sees all three evenly, and one that sees nothing and does not count.
  const double third = 1.0 / 3;
  const Tensor even = from_values<double>(
      {third, third, third, 0, 0, 0, third, third, third, 0, 0, 0, third, third, third, 0, 0, 0},
      {1, 3, 2, 3});
  statistics.add(even, from_values<double>({0, 0, 0, 1, 1, 1}, {2, 3}).to(DType::boolean));
  CHECK(statistics.entropy(1) == Approx(std::log(3) / 2));
  CHECK(statistics.entropy_share(1) == Approx(0.5));
  // A query that sees one key has an entropy of 0 and no share.
  statistics.add(from_values<double>({1, 0, 0, 1, 0, 0, 1, 0, 0}, {1, 3, 1, 3}),
                 from_values<double>({0, 1, 1}, {3}).to(DType::boolean));
  CHECK(statistics.entropy(0) == Approx((std::numbers::ln2 + std::log(3)) / 3));
  CHECK(statistics.entropy_share(0) == Approx(1));
}

TEST_CASE("heat maps have one scale, which they say", "[program]") {
  const Tensor weights =
      from_values<double>({0.9, 0.5, 0.31, 0.11, 0.05, 0, 0, 0, 0.12, 0, 0, 0}, {2, 2, 3});
  CHECK(heat_maps(weights) ==
        "  head 0               head 1\n"
        "  ┌───┐                ┌───┐\n"
        "  │█▓▒│                │  ░│\n"
        "  │░  │                │   │\n"
        "  └───┘                └───┘\n"
        "  largest 0.90         largest 0.12\n"
        "  weights: ░ from 0.1 ▒ from 0.3 ▓ from 0.5 █ from 0.8\n");
  const std::string narrow = heat_maps(weights, 48, 40);
  CHECK(std::count(narrow.begin(), narrow.end(), '\n') == 13);
  // Two keys in a cell: the larger one.
  CHECK(heat_maps(weights.slice(0, 0, 1), 2) ==
        "  head 0\n  ┌──┐\n  │█▒│\n  │░ │\n  └──┘\n  largest 0.90\n"
        "  weights: ░ from 0.1 ▒ from 0.3 ▓ from 0.5 █ from 0.8\n");
}

}  // namespace
}  // namespace heed::testing::head_lab_test

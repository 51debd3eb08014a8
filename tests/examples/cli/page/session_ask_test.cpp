// A session answers as the model itself does, and shows what its heads look at.
#include <cmath>

#include "heed/examples/cli/inspect/answering.h"
#include "heed/examples/cli/inspect/heads/held_out_slice.h"
#include "heed/examples/cli/inspect/heads/opened_attentions.h"
#include "heed/examples/cli/runs/trained_model.h"
#include "heed/examples/cli/training/experiment.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/ops/inplace.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"
#include "heed/modules/attention/my_mha.h"
#include "heed/tests/examples/cli/page/page.h"
#include "heed/tests/examples/cli/snapshots/unpacked.h"

namespace heed::testing::session_ask_test {
namespace {

/// The model of a page as the command line loads it from what the page saves.
TrainedModel saved_model(Page& page) {
  page.get("save");
  return load_trained_model(page.folder() / "model.safetensors");
}

struct Asked {
  std::string shipped;
  Sets sets;
  std::vector<std::string> inputs;
};

std::vector<Asked> all_asked() {
  const Sets quick{"train.batch_size=8", "train.eval_sequences=20"};
  const auto with = [&](Sets sets) {
    sets.insert(sets.end(), quick.begin(), quick.end());
    return sets;
  };
  return {
      {"reverse", with({"task.length=6", "model.attention.heads=2"}), {"1 2 3 4 5 6", "7", "0 0"}},
      {"seq2seq_reverse", with({"task.length=5"}), {"1 2 3 4 5", "9 8"}},
      {"pairs", with({"model.dropout=0"}), {"1 2 3", "7"}},
      {"induction",
       with({"task.symbols=8", "task.length=12", "task.segment=4"}),
       {"1 2 3 4 0 1 2 3 4 0 0 1", "5 6 7 5 6 7"}},
      {"cross_reverse", with({"task.length=6"}), {"1 2 3 4 5 6", "3 3 3 3 3 3"}},
      {"text", with({"model.d_model=16"}), {"attention"}},
  };
}

TEST_CASE("a page answers as the model that it saves", "[page]") {
  for (const Asked& asked : all_asked()) {
    CAPTURE(asked.shipped);
    Page page;
    const PageJson opened = page.open(asked.shipped, asked.sets);
    page.train(15);
    const TrainedModel trained = saved_model(page);
    Answerer answerer(*trained.model, trained.form);
    for (const std::string& input : asked.inputs) {
      CAPTURE(input);
      const PageJson answer = page.get({{"do", "ask"}, {"input", input}});
      CHECK(answer["answer"] == answerer.ask(input));
      const bool is_short = answerer.answer(answerer.input_of(input)).is_short;
      CHECK(answer.contains("note") == is_short);
      CHECK(answer["heads"]["steps"] == PageJson::array({15}));
      REQUIRE(answer["heads"]["probes"].size() == 1);
      REQUIRE(answer["heads"]["attentions"].size() == opened["attentions"].size());
      for (size_t k = 0; k < opened["attentions"].size(); ++k) {
        const PageJson& one = answer["heads"]["attentions"][k];
        CHECK(one["path"] == opened["attentions"][k]["path"]);
        CHECK(one["heads"] == opened["attentions"][k]["heads"]);
      }
    }
  }
}

TEST_CASE("inputs that a model cannot read are refused, saying why", "[page]") {
  for (const Asked& asked : all_asked()) {
    CAPTURE(asked.shipped);
    Page page;
    page.open(asked.shipped, asked.sets);
    const int64_t length = saved_model(page).form.shape.length;
    const auto refusal = [&](const std::string& input) {
      const std::string error = page.error({{"do", "ask"}, {"input", input}});
      CHECK(error.starts_with("value: "));
      CHECK(error.find("--input") == std::string::npos);
      return error;
    };
    CHECK(refusal("~").find("~") != std::string::npos);
    CHECK(refusal("").find("empty") != std::string::npos);
    std::string longer = asked.inputs.front();
    for (int64_t i = 0; i < length; ++i) {
      longer += " " + asked.inputs.front();
    }
    CHECK(refusal(longer).find("too long") != std::string::npos);
    CHECK(page.error({{"do", "ask"}}).find("empty") != std::string::npos);
  }
}

/// What switches head h of a layer off in a model of width 16 with two heads.
void leave_out(const Model& model, int64_t layer, int64_t h) {
  const NoGrad guard;
  const std::string wanted = "encoder.blocks." + std::to_string(layer) + ".attention.W_O.weight";
  for (const auto& [path, tensor] : model.named_parameters()) {
    if (path == wanted) return fill_(tensor.detach().slice(1, 8 * h, 8 * (h + 1)), 0);
  }
  throw ValueError("no such attention");
}

TEST_CASE("closed heads are those that are left out", "[page]") {
  const Sets sets = small_sets({"model.attention.type=multi_head_attention", "model.layers=2"});
  Page page;
  page.open("reverse", sets);
  page.train(60);
  const Experiment other =
      prepare_experiment(builtin_registry(), HEED_SOURCE_DIR "/configs/reverse.json", sets);
  const std::string input = "1 2 3 4 5 6";
  std::vector<std::string> answers;
  std::vector<double> losses;
  const std::vector<std::vector<std::pair<int64_t, int64_t>>> all{
      {}, {{0, 0}}, {{0, 1}}, {{1, 0}}, {{0, 0}, {1, 1}}, {{0, 0}, {0, 1}, {1, 0}, {1, 1}}};
  for (const auto& closed : all) {
    const TrainedModel trained = saved_model(page);
    PageJson heads = PageJson::array();
    for (const auto& [layer, h] : closed) {
      leave_out(*trained.model, layer, h);
      heads.push_back(PageJson::array({layer, h}));
    }
    CAPTURE(heads.dump());
    const PageJson answer = page.get({{"do", "ask"}, {"input", input}, {"closed", heads}});
    CHECK(answer["answer"] == Answerer(*trained.model, trained.form).ask(input));
    answers.push_back(answer["answer"]);
    const PageJson without = page.get({{"do", "without"}, {"closed", heads}});
    const Evaluation want = evaluate(*trained.model, *other.task, 8);
    CHECK(without["sequences"] == 40);
    CHECK(without["step"] == 60);
    CHECK(without["loss"].get<double>() == Approx(want.loss).epsilon(1e-5));
    CHECK(without["token_accuracy"] == want.token_accuracy);
    losses.push_back(without["loss"]);
  }
  for (size_t i = 1; i < all.size(); ++i) CHECK(std::fabs(losses[i] - losses[0]) > 1e-4);
  CHECK(answers.front() != answers.back());
  // And it stays open afterwards.
  CHECK(page.get("without")["loss"] == losses[0]);
}

TEST_CASE("heads that a model does not have cannot be closed", "[page]") {
  Page page;
  page.open("reverse", small_sets());
  for (const char* text : {"[[1, 0]]", "[[0, 2]]", "[[-1, 0]]", "[[0, -1]]", "[[0]]", "[5]",
                           "[\"a\"]", "[[0.5, 0]]", "\"x\"", "{\"0\": 0}", "[null]"}) {
    CAPTURE(text);
    const PageJson closed = PageJson::parse(text);
    for (const char* name : {"ask", "without"}) {
      const std::string error = page.error({{"do", name}, {"input", "1 2 3"}, {"closed", closed}});
      CHECK(error.starts_with("value: page: "));
    }
  }
}

/// The weights of all heads for one probe, unpacked.
std::vector<double> weights_in(const PageJson& heads, size_t attention, size_t probe) {
  const PageJson& json = heads.at("attentions").at(attention).at("probes").at(probe);
  std::vector<double> weights;
  for (const int32_t number : unpacked(json.at("weights"))) {
    weights.push_back(number / json.at("scale").get<double>());
  }
  return weights;
}

TEST_CASE("a look has the weights of the model on held-out sequences", "[page]") {
  const Sets sets = small_sets({"model.layers=2"});
  Page page;
  page.open("reverse", sets);
  page.train(30);
  const PageJson look = page.get("look");
  CHECK(look["step"] == 30);
  const TrainedModel trained = saved_model(page);
  const Experiment other =
      prepare_experiment(builtin_registry(), HEED_SOURCE_DIR "/configs/reverse.json", sets);
  const HeldOutSlice few(*other.task, 16);
  CHECK(look["loss"].get<double>() == Approx(evaluate(*trained.model, few, 16).loss).epsilon(1e-5));
  OpenedAttentions opened(*trained.model);
  const ExchangeScope exchanged(opened);
  const EvaluationMode mode(*trained.model);
  opened.set_watched(true);
  (*trained.model)(few.evaluation_batch(0, 3));
  REQUIRE(look["heads"]["attentions"].size() == 2);
  CHECK(look["scores"].size() == 2);
  for (size_t k = 0; k < 2; ++k) {
    for (size_t probe = 0; probe < 3; ++probe) {
      const Tensor all = opened.all[k].gated->weights;
      const auto want = all.select(0, static_cast<int64_t>(probe)).clone().to_vector<float>();
      const std::vector<double> got = weights_in(look["heads"], k, probe);
      REQUIRE(got.size() == 2 * 6 * 6);
      for (size_t i = 0; i < got.size(); ++i) {
        CHECK(std::fabs(got[i] - static_cast<double>(want[i])) <= 0.51 / (1 << 13));
      }
    }
    for (const auto& [name, values] : look["scores"][k].items()) {
      CAPTURE(name);
      CHECK(values.size() == 2);
    }
    CHECK(look["scores"][k].contains("loss_change"));
  }
}

TEST_CASE("a look without heads, or without numbers, shows none", "[page]") {
  Page none;
  none.open("reverse_no_attention", {"train.eval_sequences=20"});
  CHECK(none.get("look")["heads"] == nullptr);
  CHECK(none.get({{"do", "ask"}, {"input", "1 2 3"}})["heads"] == nullptr);
  Page page;
  page.open("reverse", small_sets({"train.lr=1e30", "train.warmup_steps=0"}));
  REQUIRE(page.train(100).contains("diverged"));
  const PageJson look = page.get("look");
  CHECK(look["heads"] == nullptr);
}

/// Promises masks and drops them.
struct Leaky : MyMHA {
  using MyMHA::MyMHA;
  static constexpr AttentionAbilities abilities{.masks = true};
};

/// Forgets how its query came about.
struct Forgetful : MyMHA {
  using MyMHA::MyMHA;
  Tensor attend(const Tensor& query, const Tensor& key, const Tensor& value,
                const AttentionCall& call) {
    return MyMHA::attend(query.detach(), key, value, call);
  }
};

template <class Attention>
AnyAttention broken(const Slot& slot, const AttentionWidths& widths) {
  return make_attention<Attention>(slot, widths.D_1, widths.D_2, widths.D_1, widths.D_1,
                                   int64_t{1});
}

TEST_CASE("checks pass a right model, find a wrong one out, and change neither", "[page]") {
  Registry registry = builtin_registry();
  registry.attentions.add("leaky", "sees everything", broken<Leaky>);
  registry.attentions.add("forgetful", "wrong gradients", broken<Forgetful>);
  const std::vector<std::pair<std::string, std::string>> all{{"multi_head_attention", "induction"},
                                                             {"leaky", "induction"},
                                                             {"my_mha", "reverse"},
                                                             {"forgetful", "reverse"}};
  for (const auto& [attention, shipped] : all) {
    CAPTURE(attention);
    const bool is_causal = shipped == "induction";
    Page page(registry);
    page.open(shipped, {"model.attention={\"type\": \"" + attention + "\"}", "task.symbols=6",
                        is_causal ? "task.segment=3" : "task.seed=1", "task.length=8",
                        "model.d_model=8", "model.d_ff=8", "train.eval_sequences=10"});
    page.train(2);
    page.get("save");
    const std::string before = page.folder().read("model.safetensors");
    const PageJson gradcheck = page.get("gradcheck"), leaks = page.get("leaks");
    CHECK(gradcheck["passed"] == (attention != "forgetful"));
    CHECK_FALSE(gradcheck["text"].get<std::string>().empty());
    const bool is_leaky = attention == "leaky";
    CHECK(leaks["passed"] == !is_leaky);
    CHECK((leaks["leaks"] > 0) == is_leaky);
    CHECK(leaks["text"].get<std::string>().starts_with("leaks: failed") == is_leaky);
    CHECK((leaks["picture"].get<std::string>().find("!") <
           leaks["picture"].get<std::string>().find("! leak")) == is_leaky);
    const bool names_later = leaks["rules"].get<std::string>().find("later") != std::string::npos;
    CHECK(names_later == is_causal);
    const PageJson trace = page.get("trace");
    CHECK(trace["rows"].size() > 20);
    CHECK(trace["letters"].get<std::string>().find("B = 2") != std::string::npos);
    page.get("save");
    CHECK(page.folder().read("model.safetensors") == before);
  }
}

TEST_CASE("a leak check that takes too long in a page is refused", "[page]") {
  Page page;
  page.open("reverse", {"task.length=300", "train.eval_sequences=10", "train.batch_size=1"});
  CHECK(page.error({{"do", "leaks"}}).find("600 outputs") != std::string::npos);
}

}  // namespace
}  // namespace heed::testing::session_ask_test

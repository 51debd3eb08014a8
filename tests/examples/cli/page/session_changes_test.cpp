// What a session says of its configuration opens the same configuration again.
#include <algorithm>

#include "heed/examples/cli/config/shipped_configs.h"
#include "heed/tests/examples/cli/page/page.h"

namespace heed::testing::session_changes_test {
namespace {

/// A description without what training changes, and without a text that the nearest shipped
/// configuration may have.
PageJson lasting(PageJson description) {
  description.erase("state");
  PageJson config = PageJson::parse(description["config"].get<std::string>());
  config.erase("about");
  description["config"] = config;
  return description;
}

/// Opens what a description says is changed, and its text, each in a page of its own.
void check_opens_again(const PageJson& description, const PageJson& more = PageJson::object()) {
  CAPTURE(description["changes"].dump());
  PageJson changes = description["changes"];
  changes["do"] = "open";
  changes.update(more);
  CHECK(lasting(Page().get(changes)) == lasting(description));
  PageJson text{{"do", "open"}, {"config", description["config"]}, {"name", "mine.json"}};
  text.update(more);
  CHECK(lasting(Page().get(text)) == lasting(description));
}

TEST_CASE("the changes and the text of every shipped configuration open it again", "[page]") {
  size_t count = 0;
  for (const ShippedConfig& shipped : heed::shipped_configs()) {
    CAPTURE(shipped.name);
    Page page;
    const PageJson opened = page.open(std::string(shipped.name));
    page.get({{"do", "ask"}, {"input", opened["example"]}});
    CHECK(opened["changes"] == PageJson({{"shipped", shipped.name}, {"sets", PageJson::array()}}));
    check_opens_again(opened);
    ++count;
  }
  CHECK(count >= 14);
}

TEST_CASE("the changes and the text of what is changed open it again", "[page]") {
  const std::vector<std::pair<std::string, Sets>> all{
      {"reverse", {"train.lr=0.5"}},
      {"reverse", {"model.attention.heads=4", "model.attention.d_qk=3"}},
      {"reverse", {"model.attention.type=none"}},
      {"reverse", {"model.attention={\"type\": \"multi_head_attention\", \"heads\": 2}"}},
      {"reverse", {"train.stop_at=null", "train.seed=7"}},
      {"reverse", {"train.optimizer=sgd", "train.momentum=0.9"}},
      {"reverse", {"train.optimizer=lion", "train.beta2=0.999"}},
      {"reverse", {"train.optimizer=lion", "train.beta2=0.99"}},
      {"reverse", {"train.schedule=constant", "train.warmup_steps=0"}},
      {"reverse", {"train.schedule=null", "train.stop_at=1", "train.steps=1000"}},
      {"reverse", {"train.groups=[{\"pattern\": \"*.bias\", \"frozen\": true}]"}},
      {"reverse",
       {"train.groups=[{\"pattern\": \"tokens.*\", \"lr_factor\": 0.5}, {\"pattern\": "
        "\"*norm*|*.bias\", \"optimizer\": \"sgd\", \"momentum\": 0.5}]"}},
      {"cross_reverse",
       {"model.attention.d_qk=null", "model.attention.d_v=null", "model.attention.heads=4"}},
      {"cross_reverse", {"model.d_source=null"}},
      {"induction", {"model.attention.positions=alibi", "model.positions=learned"}},
      {"seq2seq_reverse", {"train.clip_norm=null", "model.layers=2"}},
      {"shakespeare", {"model.d_model=16", "model.init=null", "model.init_std=null"}},
      {"addition", {"train.eval_sequences=50", "train.micro_batches=4"}},
      {"modular_addition", {"task.modulus=7"}},
      {"recall", {"model.norm=rms_norm"}},
      {"shakespeare_best", {"model.d_model=16", "train.groups=null"}},
      {"shakespeare_best", {"model.d_model=16", "train.groups.0.lr_factor=2"}},
      {"cross_reverse", {"model.attention.type=none"}},
      {"cross_reverse",
       {"model.attention={\"type\": \"labml_multi_head_attention\", \"heads\": 2}",
        "model.d_source=null"}},
      {"reverse_self_attention",
       {"model.attention.type=my_mha", "train.optimizer=muon", "model.attention.heads=2",
        "train.groups=[{\"pattern\": \"*\", \"optimizer\": "
        "\"adamw\"}]"}},
  };
  for (const auto& [shipped, sets] : all) {
    CAPTURE(shipped, sets);
    check_opens_again(Page().open(shipped, sets));
  }
}

TEST_CASE("own pairs lie beside the configuration, whose paths have no folder", "[page]") {
  const PageJson pairs{{"pairs", "a b\tb a\nb c\tc b\nc d\td c\nd a\ta d\na c\tc a\n"}};
  PageJson request{{"do", "open"}, {"shipped", "pairs"}, {"sets", {"model.d_model=8"}}};
  request.update(pairs);
  Page page;
  const PageJson opened = page.get(request);
  const PageJson config = PageJson::parse(opened["config"].get<std::string>());
  CHECK(config["task"]["path"] == "pairs.txt");
  CHECK(opened["changes"]["shipped"] == "pairs");
  check_opens_again(opened, pairs);
  // The page has the file already.
  CHECK(lasting(page.get({{"do", "open"}, {"config", opened["config"]}, {"name", "a.json"}})) ==
        lasting(opened));
  const PageJson shipped = PageJson::parse(Page().open("pairs")["config"].get<std::string>());
  CHECK(shipped["task"]["path"] == "number_names.tsv");
}

TEST_CASE("what is kept goes on with the same bits if nothing changed", "[page]") {
  Page whole, page;
  whole.open("reverse", small_sets());
  page.open("reverse", small_sets());
  const std::vector<double> losses = losses_in(whole.train(60));
  std::vector<double> kept;
  for (const int64_t steps : {7, 20, 33}) {
    const std::vector<double> more = losses_in(page.train(steps));
    kept.insert(kept.end(), more.begin(), more.end());
    const PageJson state = page.open("reverse", small_sets(), true)["state"];
    CHECK(state["step"] == kept.size());
  }
  CHECK(kept == losses);
}

TEST_CASE("what is kept takes a new learning rate, and is refused another shape", "[page]") {
  Page page, control;
  page.open("reverse", small_sets({"train.schedule=constant"}));
  control.open("reverse", small_sets({"train.schedule=constant"}));
  page.train(25);
  control.train(25);
  const std::vector<Sets> misfits{
      {"model.d_model=32"}, {"model.layers=2"}, {"task.symbols=12"}, {"train.optimizer=sgd"}};
  for (const Sets& misfit : misfits) {
    Sets sets = misfit;
    sets.push_back("train.schedule=constant");
    sets = small_sets(sets);
    CAPTURE(sets);
    const std::string error =
        page.error({{"do", "open"}, {"shipped", "reverse"}, {"sets", sets}, {"keep", true}});
    CHECK(error.starts_with("value: "));
    CHECK(page.train(1) == control.train(1));
  }
  page.open("reverse", small_sets({"train.schedule=constant", "train.lr=0.001"}), true);
  const PageJson step = page.train(1)["steps"][0], other = control.train(1)["steps"][0];
  CHECK(step["loss"] == other["loss"]);  // the same parameters on the same batch
  CHECK(step["lr"] == 0.001);
  CHECK(other["lr"] == 0.01);
  CHECK(page.train(1)["steps"][0]["loss"] != control.train(1)["steps"][0]["loss"]);
}

}  // namespace
}  // namespace heed::testing::session_changes_test

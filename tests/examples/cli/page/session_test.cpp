// A session of a page trains as the command line does, whatever it is asked in between.
#include "heed/examples/cli/page/session.h"

#include <algorithm>
#include <cmath>

#include "heed/examples/cli/training/experiment.h"
#include "heed/tests/examples/cli/page/page.h"

namespace heed::testing::session_test {
namespace {

/// Steps and evaluations as a session tells them.
struct Told : TrainingObserver {
  std::vector<PageJson> steps{}, evaluations{};
  void on_step(const StepReport& report) override {
    steps.push_back({{"step", report.step},
                     {"loss", report.loss},
                     {"lr", report.lr},
                     {"grad_norm", report.grad_norm}});
  }
  void on_evaluation(int64_t step, const Evaluation& evaluation) override {
    evaluations.push_back({{"step", step},
                           {"loss", evaluation.loss},
                           {"token_accuracy", evaluation.token_accuracy},
                           {"sequence_accuracy", evaluation.sequence_accuracy}});
  }
};

/// A training without a page.
Told trained(const std::string& shipped, const Sets& sets) {
  const Experiment experiment =
      prepare_experiment(builtin_registry(), HEED_SOURCE_DIR "/configs/" + shipped + ".json", sets);
  Told told;
  experiment.trainer->run(told);
  return told;
}

void append(std::vector<PageJson>& all, const PageJson& more) {
  all.insert(all.end(), more.begin(), more.end());
}

TEST_CASE("a page trains bit for bit as the command line, in pieces of any size", "[page]") {
  const Told whole = trained("reverse", small_sets());
  REQUIRE(whole.steps.size() == 100);
  REQUIRE(whole.evaluations.size() == 5);
  Page page;
  page.open("reverse", small_sets());
  Told told;
  const std::vector<PageJson> pieces{{{"steps", 1}},  {{"steps", 0}},
                                     {{"steps", 18}}, {{"steps", 1000}, {"milliseconds", 0}},
                                     {{"steps", 7}},  {{"steps", 1000}, {"milliseconds", 1}},
                                     {{"steps", -3}}, {}};
  for (size_t i = 0; i < 1000; ++i) {
    PageJson request = pieces[i % pieces.size()];
    request["do"] = "train";
    const PageJson answer = page.get(request);
    const size_t most = request.value("steps", 1) < 0 ? 0 : request.value("steps", size_t{1});
    CHECK(answer["steps"].size() <= most);
    if (most > 0) CHECK_FALSE(answer["steps"].empty());
    for (const PageJson& evaluation : answer["evaluations"]) {  // comes with its step
      const auto& steps = answer["steps"];
      CHECK(std::any_of(steps.begin(), steps.end(),
                        [&](const PageJson& step) { return step["step"] == evaluation["step"]; }));
    }
    append(told.steps, answer["steps"]);
    append(told.evaluations, answer["evaluations"]);
    const PageJson& state = answer["state"];
    CHECK(state["step"] == told.steps.size());
    CHECK(state["last_step"] == 100);
    CHECK(state["trains"] == true);
    CHECK(state["solved"] == false);
    CHECK(state["done"] == (told.steps.size() == 100));
    if (state["done"]) break;
  }
  CHECK(told.steps == whole.steps);
  CHECK(told.evaluations == whole.evaluations);
  const PageJson after = page.train(10);
  CHECK(after["steps"].empty());
  CHECK(after["evaluations"].empty());
  CHECK(after["state"]["done"] == true);
}

TEST_CASE("a page takes no step more than it is asked for, and evaluates after the last",
          "[page]") {
  Page page;
  page.open("reverse", small_sets());
  for (int64_t step = 20; step <= 100; step += 20) {
    const PageJson answer = page.train(20);
    CHECK(answer["state"]["step"] == step);
    REQUIRE(answer["evaluations"].size() == 1);
    CHECK(answer["evaluations"][0]["step"] == step);
  }
}

TEST_CASE("what a page asks in between does not change what it trains", "[page]") {
  const Told whole = trained("reverse", small_sets());
  Page page;
  page.open("reverse", small_sets());
  std::vector<PageJson> steps;
  for (const char* name : {"look", "gradcheck", "leaks", "trace", "save", "without"}) {
    append(steps, page.train(9)["steps"]);
    page.get(name);
    page.get({{"do", "ask"}, {"input", "1 2 3 4 5 6"}, {"closed", PageJson::parse("[[0, 1]]")}});
    page.get({{"do", "without"}, {"closed", PageJson::parse("[[0, 0]]")}});
  }
  append(steps, page.train(100)["steps"]);
  CHECK(steps == whole.steps);
}

TEST_CASE("a page is told when the configuration ends training", "[page]") {
  const auto ends = [](const Sets& more) {
    Page page;
    page.open("reverse", small_sets(more));
    const Told whole = trained("reverse", small_sets(more));
    REQUIRE(whole.steps.size() < 100);
    PageJson state = PageJson::object();
    std::vector<PageJson> steps;
    for (size_t i = 0; i < whole.steps.size() && !state.value("done", false); ++i) {
      const PageJson answer = page.train(3);
      append(steps, answer["steps"]);
      state = answer["state"];
    }
    CHECK(steps == whole.steps);
    CHECK(state["done"] == true);
    CHECK(page.train(3)["steps"].empty());
    return state["solved"].get<bool>();
  };
  CHECK(ends({"task.symbols=2", "task.length=2", "train.eval_every=5", "train.stop_at=0.5"}));
  CHECK_FALSE(ends({"train.lr=0", "train.early_stopping=2"}));
}

TEST_CASE("how far to train must be a number", "[page]") {
  Page page;
  page.open("reverse", small_sets());
  for (const char* key : {"steps", "milliseconds"}) {
    for (const PageJson& bad :
         {PageJson("many"), PageJson(1.5), PageJson(nullptr), PageJson("3")}) {
      const std::string error = page.error({{"do", "train"}, {key, bad}});
      CHECK(error ==
            std::string("value: page: ") + key + " must be a whole number, not " + bad.dump());
    }
  }
  CHECK(page.get({{"do", "train"}, {"steps", 2}, {"milliseconds", INT64_MAX}})["steps"].size() ==
        2);
}

TEST_CASE("after a bad request the model is as before", "[page]") {
  Page page, control;
  const std::string unopened = page.error({{"do", "look"}});
  CHECK(unopened.starts_with("fault: ") == false);
  page.open("reverse", small_sets());
  control.open("reverse", small_sets());
  page.train(3);
  control.train(3);
  struct Bad {
    std::string request, kind, part;
  };
  const auto opening = [](const PageJson& more) {
    PageJson request{{"do", "open"}, {"shipped", "reverse"}};
    request.update(more);
    return request.dump();
  };
  const std::vector<Bad> all{
      {opening({{"sets", {"model.d_modle=8"}}}), "config", "d_modle"},
      {opening({{"sets", {"model.d_model=8", "model.attention.heads=3"}}}), "config", "heads"},
      {opening({{"sets", {"train.steps"}}}), "config", "KEY=VALUE"},
      {opening({{"sets", {"model.d_model=16384", "model.layers=100000"}}}), "config", "layers"},
      {opening({{"shipped", "revers"}}), "config", "revers"},
      {opening({{"shipped", ""}, {"config", "{"}, {"name", "mine.json"}}), "config", "mine.json"},
      {opening({{"shipped", ""}, {"config", "{}"}, {"name", "mine.json"}}), "config", "task"},
      {opening({{"shipped", ""}}), "config", ""},
      {opening({{"shipped", "pairs"}, {"pairs", "no tab"}}), "config", "tab"},
      {opening({{"shipped", "pairs"}, {"pairs", ""}}), "config", "pairs.txt"},
      {opening({{"sets", {"model.d_model=8"}}, {"keep", true}}), "value", ""},
      {opening({{"sets", "model.layers=2"}}), "value", "must be a list"},
      {R"({"do": "dance"})", "value", "dance"},
      {R"({"do": 5})", "value", "5"},
      {R"({"open": "reverse"})", "value", "nothing"},
      {R"("open")", "value", "nothing"},
      {R"({"do": "open")", "value", ""},
      {"", "value", ""},
      {"\xff", "value", ""},
      {R"({"do": "load"})", "config", "model.safetensors"},
  };
  for (const Bad& bad : all) {
    CAPTURE(bad.request);
    const std::string error = page.error_of(bad.request);
    CAPTURE(error);
    CHECK(error.starts_with(bad.kind + ": "));
    CHECK(error.find(bad.part) != std::string::npos);
    CHECK(error.size() > bad.kind.size() + 12);
    CHECK(page.train(2) == control.train(2));
  }
  CHECK(page.get("save") == control.get("save"));
}

TEST_CASE("without a model a page is refused, not crashed", "[page]") {
  for (const char* name :
       {"train", "back", "save", "look", "ask", "without", "gradcheck", "leaks", "trace"}) {
    CAPTURE(name);
    Page page;
    CHECK(page.error({{"do", name}}).starts_with("value: page: there is no model yet"));
  }
}

TEST_CASE("divergence names the op, and a page goes back to before it", "[page]") {
  Page page;
  page.open("reverse", small_sets({"train.lr=1e30", "train.warmup_steps=0"}));
  const PageJson failed = page.train(100);
  const auto message = failed["diverged"].get<std::string>();
  CAPTURE(message);
  CHECK(message.find("is not finite") != std::string::npos);
  CHECK(message.find("a smaller train.lr may help") != std::string::npos);
  CHECK(failed["state"]["good"] == PageJson::array({0}));
  // Still there: what can be asked of it is answered.
  page.get({{"do", "ask"}, {"input", "1 2 3"}});
  page.get("look");
  const PageJson back = page.get("back");
  CHECK(back["state"]["step"] == 0);
  page.open("reverse", small_sets({"train.warmup_steps=0"}), true);
  CHECK(page.train(30)["steps"] == std::vector<PageJson>([] {
          const Told whole = trained("reverse", small_sets({"train.warmup_steps=0"}));
          return std::vector<PageJson>(whole.steps.begin(), whole.steps.begin() + 30);
        }()));
}

TEST_CASE("going back ends at evaluations, each time at an earlier one", "[page]") {
  const Told whole = trained("reverse", small_sets());
  const auto from = [&](size_t step, size_t count) {
    const auto begin = whole.steps.begin() + static_cast<std::ptrdiff_t>(step);
    return std::vector<PageJson>(begin, begin + static_cast<std::ptrdiff_t>(count));
  };
  Page page;
  page.open("reverse", small_sets());
  CHECK(page.get("back")["state"]["step"] == 0);  // nothing to go back to
  CHECK(page.train(5)["steps"] == PageJson(from(0, 5)));
  CHECK(page.get("back")["state"]["step"] == 0);
  CHECK(page.get("back")["state"]["step"] == 0);
  const PageJson answer = page.train(75);  // over three evaluations
  CHECK(answer["steps"] == PageJson(from(0, 75)));
  CHECK(answer["state"]["good"] == PageJson({0, 20, 40, 60}));
  for (const int64_t step : {60, 40}) {
    CHECK(page.get("back")["state"]["step"] == step);
  }
  CHECK(page.train(10)["steps"] == PageJson(from(40, 10)));
  CHECK(page.get("back")["state"]["step"] == 40);
  CHECK(page.get("back")["state"]["step"] == 20);
  CHECK(page.get("back")["state"]["step"] == 0);
  CHECK(page.get("back")["state"]["step"] == 0);
  CHECK(page.train(100)["steps"] == PageJson(whole.steps));
  CHECK(page.get("back")["state"]["step"] == 80);  // at the end the last one is where it is
  const PageJson earlier = page.get("back")["state"];
  CHECK(earlier["step"] == 60);
  CHECK(earlier["good"] == PageJson::array({40}));
}

TEST_CASE("a page goes back to before the evaluation that failed", "[page]") {
  Page page;
  page.open("reverse", small_sets({"train.schedule=constant", "train.warmup_steps=0"}));
  page.train(45);
  page.open("reverse",
            small_sets({"train.schedule=constant", "train.warmup_steps=0", "train.lr=1e30"}), true);
  const PageJson failed = page.train(100);
  REQUIRE(failed.contains("diverged"));
  CHECK(failed["state"]["good"] == PageJson({0, 20, 40}));
  CHECK(page.get("back")["state"]["step"] == 40);
  const Sets smaller = small_sets({"train.schedule=constant", "train.warmup_steps=0"});
  page.open("reverse", smaller, true);
  const Told whole = trained("reverse", smaller);
  CHECK(page.train(60)["steps"] ==
        PageJson(std::vector<PageJson>(whole.steps.begin() + 40, whole.steps.end())));
}

}  // namespace
}  // namespace heed::testing::session_test

// Model files go from a page to the command line and back.
#include <algorithm>
#include <filesystem>

#include "heed/examples/cli/inspect/answering.h"
#include "heed/examples/cli/runs/trained_model.h"
#include "heed/examples/cli/training/experiment.h"
#include "heed/tests/examples/cli/page/page.h"
#include "heed/tests/examples/cli/runs/small_run.h"

namespace heed::testing::session_file_test {
namespace {

struct Nobody : TrainingObserver {
  void on_step(const StepReport&) override {}
  void on_evaluation(int64_t, const Evaluation&) override {}
};

/// Trains `config` with the command line and puts what it exports into the folder of a page.
void export_to(const Page& page, const Folder& folder, const std::string& config) {
  train_run(folder, "run", config);
  const std::string file = page.folder() / "model.safetensors";
  std::filesystem::remove(file);
  const Ended ended = run_heed(folder, {"export", "run", "--out", file});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
}

const char* const own_pairs = "a b\tb a\nb c\tc b\nc d\td c\nd a\ta d\na c\tc a\nb d\td b\n";

TEST_CASE("what a page saves is what the command line trains, bit for bit", "[page]") {
  Page page;
  page.open("reverse", small_sets());
  page.train(30);
  const PageJson saved = page.get("save");
  CHECK(saved["file"] == "model.safetensors");
  const std::string file = page.folder() / "model.safetensors";
  CHECK(saved["bytes"] == std::filesystem::file_size(file));
  const TrainedModel loaded = load_trained_model(file);
  CHECK(loaded.step == 30);
  const Experiment experiment =
      prepare_experiment(builtin_registry(), HEED_SOURCE_DIR "/configs/reverse.json",
                         small_sets({"train.schedule=cosine"}));
  struct : Nobody {
    const Trainer* trainer;
    bool wants_stop() override { return trainer->state().step == 30; }
  } stopper;
  stopper.trainer = experiment.trainer.get();
  experiment.trainer->run(stopper);
  const NamedTensors want = experiment.model->state_dict(), got = loaded.model->state_dict();
  REQUIRE(got.size() == want.size());
  for (size_t i = 0; i < want.size(); ++i) {
    CAPTURE(want[i].first);
    CHECK(got[i].first == want[i].first);
    CHECK(got[i].second.to_vector<float>() == want[i].second.to_vector<float>());
  }
}

TEST_CASE("a page loads what it saved and trains on", "[page]") {
  Page page;
  const PageJson opened = page.open("reverse", small_sets());
  page.train(30);
  const PageJson answer = page.get({{"do", "ask"}, {"input", "1 2 3"}});
  page.get("save");
  const std::string bytes = page.folder().read("model.safetensors");
  Page other;
  other.folder().write("model.safetensors", bytes);
  const PageJson loaded = other.get("load");
  CHECK_FALSE(loaded.contains("missing"));
  for (const char* same : {"config", "changes", "parameters", "attentions", "example"}) {
    CHECK(loaded[same] == opened[same]);
  }
  CHECK(loaded["state"]["step"] == 30);
  CHECK(loaded["state"]["trains"] == true);
  CHECK(loaded["state"]["done"] == false);
  CHECK(other.get({{"do", "ask"}, {"input", "1 2 3"}}) == answer);
  other.get("save");
  CHECK(other.folder().read("model.safetensors") == bytes);
  const PageJson trained = other.train(5);
  CHECK(trained["steps"].front()["step"] == 31);
  // The optimizer begins anew, but on the batch that comes next with the same parameters.
  CHECK(trained["steps"].front()["loss"] == page.train(1)["steps"].front()["loss"]);
  CHECK(other.get("back")["state"]["step"] == 30);
  CHECK(other.get({{"do", "ask"}, {"input", "1 2 3"}}) == answer);
}

TEST_CASE("a page loads what heed export writes", "[page]") {
  const Folder folder;
  Page page;
  export_to(page, folder, small_config(R"({"type": "seq2seq_reverse", "length": 4})"));
  const PageJson loaded = page.get("load");
  CHECK_FALSE(loaded.contains("missing"));
  CHECK(loaded["state"]["step"] == 6);
  CHECK(loaded["state"]["done"] == true);
  const TrainedModel trained = load_trained_model(folder / "run");
  CHECK(page.get({{"do", "ask"}, {"input", "1 2 3"}})["answer"] ==
        Answerer(*trained.model, trained.form).ask("1 2 3"));
  page.get("look");
  PageJson more{{"do", "open"}, {"config", loaded["config"]}, {"name", "a.json"}, {"keep", true}};
  more["sets"] = Sets{"train.steps=20"};
  CHECK(page.get(more)["state"]["step"] == 6);
  CHECK(page.train(20)["state"]["step"] == 20);
}

TEST_CASE("data that comes with heed is in a page, wherever a run had it", "[page]") {
  const Folder folder;
  Page page;
  export_to(page, folder,
            small_config(R"({"type": "pairs", "path": ")" HEED_SOURCE_DIR
                         R"(/configs/data/number_names.tsv"})"));
  CHECK_FALSE(page.get("load").contains("missing"));
  CHECK(page.get("look")["heads"].is_object());
}

TEST_CASE("a model whose data is missing is asked and kept, but not trained", "[page]") {
  const Folder folder;
  folder.write("mine.tsv", own_pairs);
  Page page;
  export_to(page, folder, small_config(R"({"type": "pairs", "path": "mine.tsv"})"));
  const PageJson loaded = page.get("load");
  CHECK(loaded.at("missing").get<std::string>().find("mine.tsv") != std::string::npos);
  CHECK(loaded["state"] == PageJson({{"step", 6}, {"trains", false}}));
  const TrainedModel trained = load_trained_model(folder / "run");
  const PageJson answer = page.get({{"do", "ask"}, {"input", "a b"}});
  CHECK(answer["answer"] == Answerer(*trained.model, trained.form).ask("a b"));
  for (const char* name : {"train", "look", "without", "back"}) {
    CAPTURE(name);
    CHECK(page.error({{"do", name}}).find("asked, not trained") != std::string::npos);
  }
  CHECK(page.get("gradcheck")["passed"] == true);
  CHECK(page.get("leaks")["passed"] == true);
  CHECK_FALSE(page.get("trace")["rows"].empty());
  page.get("save");
  const PageJson again = page.get("load");
  CHECK(again["state"] == loaded["state"]);
  CHECK(page.get({{"do", "ask"}, {"input", "a b"}}) == answer);
  // With its pairs it goes on; with other words it would understand nothing.
  PageJson open{{"do", "open"}, {"config", loaded["config"]}, {"name", "a.json"}, {"keep", true}};
  std::string others = own_pairs;
  std::replace(others.begin(), others.end(), 'a', 'x');
  open["pairs"] = others;
  CHECK(page.error(open).find("symbols") != std::string::npos);
  open["pairs"] = own_pairs;
  open["sets"] = Sets{"train.steps=10"};
  CHECK(page.get(open)["state"]["step"] == 6);
  CHECK(page.get({{"do", "ask"}, {"input", "a b"}}) == answer);
  CHECK(page.train(20)["state"]["step"] == 10);
  CHECK(page.get("back")["state"]["step"] == 9);
  CHECK(page.get("back")["state"]["step"] == 6);
}

TEST_CASE("a file of other data with the name of a model's is not its data", "[page]") {
  const Folder folder;
  folder.write("mine.tsv", own_pairs);
  Page page;
  export_to(page, folder, small_config(R"({"type": "pairs", "path": "mine.tsv"})"));
  std::string others = own_pairs;
  std::replace(others.begin(), others.end(), 'a', 'x');
  page.folder().write("mine.tsv", others);
  CHECK(page.get("load").at("missing").get<std::string>().find("symbols") != std::string::npos);
  page.folder().write("mine.tsv", own_pairs);
  CHECK_FALSE(page.get("load").contains("missing"));
}

TEST_CASE("a damaged or a foreign file is refused, and the model is as before", "[page]") {
  Page page, control;
  page.open("reverse", small_sets());
  control.open("reverse", small_sets());
  page.get("save");
  const std::string whole = page.folder().read("model.safetensors");
  const std::vector<std::string> all{"", "hello", whole.substr(0, whole.size() / 2),
                                     whole.substr(0, whole.size() - 1), std::string(100, '\xff')};
  for (const std::string& bytes : all) {
    page.folder().write("model.safetensors", bytes);
    CHECK(page.error({{"do", "load"}}).starts_with("config: "));
    CHECK(page.train(2) == control.train(2));
  }
}

}  // namespace
}  // namespace heed::testing::session_file_test

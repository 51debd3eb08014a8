// What a trained model needs: a run, a checkpoint that was copied alone and an exported file answer
// alike, from anywhere and without data, for every task.
#include "heed/examples/cli/runs/trained_model.h"
#include "heed/framework/io/safetensors.h"
#include "heed/tests/examples/cli/runs/small_run.h"

namespace heed::testing::program_sources_test {
namespace {

namespace fs = std::filesystem;

/// `heed` started in the root directory, with MODEL for each mention of `source` in what it says.
Ended run_from_root(const std::vector<std::string>& arguments, const std::string& source) {
  Ended ended = RunningProgram(std::string("/"), arguments).wait();
  for (std::string* text : {&ended.out, &ended.err}) {
    for (size_t at = text->find(source); at != text->npos; at = text->find(source, at)) {
      text->replace(at, source.size(), "MODEL");
    }
  }
  return ended;
}

/// The section "task", with data in `folder` where the task reads a file.
std::string task_section(const std::string& name, const Folder& folder) {
  std::string text, pairs;
  for (int i = 0; i < 40; ++i) {
    text += "so be it\nas it is ";
    pairs += std::to_string(i) + " x\tn " + std::string(static_cast<size_t>(i % 3 + 1), 'y') + "\n";
  }
  if (name == "text") {
    folder.write("data.txt", text);
    return R"({"type": "text", "path": "data.txt", "length": 8})";
  }
  if (name == "pairs") {
    folder.write("data.txt", pairs);
    return R"({"type": "pairs", "path": "data.txt"})";
  }
  return R"({"type": ")" + name + R"("})";
}

/// An input in the words of the task.
std::string input_for(const TaskForm& form) {
  const Tokenizer& words = form.tokenizer;
  std::string text;
  for (int64_t i = 0; i < form.shape.length; ++i) {
    if (words.unit == TextUnit::words && i > 0) text += " ";
    const int64_t symbol = i * 7 % form.shape.symbols;
    text +=
        words.inputs.empty() ? std::to_string(symbol) : words.inputs[static_cast<size_t>(symbol)];
  }
  return text;
}

/// Trains a tiny model, leaves it as a run, as a checkpoint and as a file, and deletes the data.
std::vector<std::string> make_sources(const Folder& folder, const std::string& task) {
  train_run(folder, "run", small_config(task_section(task, folder)),
            {"--set", "train.eval_sequences=8"});
  REQUIRE(run_heed(folder, {"export", "run", "--out", "alone.safetensors"}).exit_code == 0);
  fs::copy(folder / "run/checkpoints/step-000006", folder / "copied", fs::copy_options::recursive);
  fs::remove(folder / "data.txt");
  fs::remove(folder / "run.json");
  return {folder / "run", folder / "copied", folder / "alone.safetensors"};
}

/// The commands that ask a model of this form; MODEL stands for it.
std::vector<std::vector<std::string>> commands_for(const TaskForm& form) {
  const std::string input = input_for(form);
  std::vector<std::vector<std::string>> commands{
      {"predict", "--input", input, "--json", "--scores", "--attention"},
      {"heads", "--input", input, "--json"},
      {"heads", "--input", input},
      {"inspect"},
      {"gradcheck", "--sample", "30"},
      {"trace"},
      {"graph"},
      {"leaks"},
      {"validate"}};
  if (form.questions.continue_inputs) {
    commands.push_back({"predict", "--prompt", input, "--tokens", "5", "--temperature", "1"});
  }
  return commands;
}

/// "inspect" names the file inside of a folder.
std::string comparable(std::string text) {
  for (const char* part : {"/checkpoints/step-000006", "/model.safetensors"}) {
    for (size_t at = text.find(part); at != text.npos; at = text.find(part)) {
      text.erase(at, std::string_view(part).size());
    }
  }
  return text;
}

TEST_CASE("a run, a copied checkpoint and a file answer alike from / without data", "[program]") {
  const Tasks tasks = builtin_tasks();
  for (const auto& entry : tasks.entries()) {
    INFO(entry.name);
    const Folder folder;
    const std::vector<std::string> sources = make_sources(folder, entry.name);
    const TaskForm form = load_trained_model(sources.back()).form;
    CHECK(form.task == entry.name);
    for (std::vector<std::string> command : commands_for(form)) {
      command.insert(command.begin() + 1, "");
      std::vector<std::string> said;
      for (const std::string& source : sources) {
        command[1] = source;
        const Ended ended = run_from_root(command, source);
        INFO(command[0] << " " << source << ": " << ended.err);
        CHECK(ended.exit_code == 0);
        said.push_back(comparable(ended.out));
      }
      INFO(command[0]);
      CHECK(!said[0].empty());
      CHECK(said[0] == said[1]);
      CHECK(said[0] == said[2]);
    }
  }
}

TEST_CASE("exporting needs no data and gives the same file from each source", "[program]") {
  for (const char* task : {"text", "pairs", "addition"}) {
    INFO(task);
    const Folder folder;
    std::string first;
    for (const std::string& source : make_sources(folder, task)) {
      const std::string file = folder / (fs::path(source).stem().string() + ".again");
      REQUIRE(run_from_root({"export", source, "--out", file}, source).exit_code == 0);
      std::ifstream stream(file, std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
      if (first.empty()) first = bytes;
      CHECK(bytes == first);
    }
  }
}

TEST_CASE("what measures a model says which data is missing", "[program]") {
  const Folder folder;
  const std::string data = folder / "data.txt";
  for (const std::string& source : make_sources(folder, "text")) {
    for (const char* command : {"eval", "heads"}) {
      const Ended ended = run_from_root({command, source}, source);
      INFO(command << " " << source);
      CHECK(ended.exit_code == 2);
      CHECK(ended.out.empty());
      CHECK(lines_of(ended.err).size() == 1);
      CHECK(contains(ended.err, ": error: task.path: " + data +
                                    ": cannot read it: No such file or directory"));
    }
  }
}

TEST_CASE("data that has moved is named with --set, from the current directory", "[program]") {
  const Folder folder;
  train_run(folder, "run", small_config(task_section("text", folder)));
  const std::string before = run_heed(folder, {"eval", "run"}).out;
  fs::create_directory(folder / "there");
  fs::rename(folder / "data.txt", folder / "there/moved.txt");
  const Ended moved =
      RunningProgram(folder / "there", {"eval", "../run", "--set", "task.path=moved.txt"}).wait();
  INFO(moved.err);
  CHECK(moved.exit_code == 0);
  CHECK(json_lines(moved.out)[0]["loss"] == json_lines(before)[0]["loss"]);
  CHECK(!contains(moved.err, "warning"));
}

TEST_CASE("a path in a configuration starts in its folder, in the run it works from anywhere",
          "[program]") {
  const Folder folder;
  fs::create_directories(folder / "project/data");
  task_section("pairs", folder);
  fs::rename(folder / "data.txt", folder / "project/data/data.txt");
  folder.write("project/a.json", small_config(R"({"type": "pairs", "path": "data/data.txt"})"));
  const std::string run = folder / "run";
  const Ended trained = run_from_root(
      {"train", folder / "project/a.json", "--out", run, "--set", "train.steps=3"}, run);
  INFO(trained.err);
  REQUIRE(trained.exit_code == 0);
  CHECK(run_from_root({"eval", run}, run).exit_code == 0);
  CHECK(run_from_root({"train", "--resume", run, "--set", "train.steps=4"}, run).exit_code == 0);
  // The file agrees with the run, though it spells the path differently.
  CHECK(run_from_root(
            {"train", folder / "project/a.json", "--resume", run, "--set", "train.steps=5"}, run)
            .exit_code == 0);
}

TEST_CASE("a folder that is moved with its runs and data goes on", "[program]") {
  const Folder folder;
  fs::create_directories(folder / "old/data");
  task_section("text", folder);
  fs::rename(folder / "data.txt", folder / "old/data/mine.txt");
  folder.write("old/a.json",
               small_config(R"({"type": "text", "path": "data/mine.txt", "length": 8})"));
  REQUIRE(run_from_root({"train", folder / "old/a.json", "--out", folder / "old/runs/a"}, "-")
              .exit_code == 0);
  fs::rename(folder / "old", folder / "new");
  const std::string run = folder / "new/runs/a";
  const Ended eval = run_from_root({"eval", run}, run);
  INFO(eval.err);
  CHECK(eval.exit_code == 0);
  CHECK(!contains(eval.err, "warning"));
  const Ended resumed = run_from_root({"train", "--resume", run, "--set", "train.steps=7"}, run);
  INFO(resumed.err);
  CHECK(resumed.exit_code == 0);
  CHECK(contains(folder.read("new/runs/a/config.json"), folder / "new/data/mine.txt"));
}

TEST_CASE("a home directory is for the shell", "[program]") {
  const Folder folder;
  folder.write("a.json", small_config(R"({"type": "text", "path": "~/none.txt"})"));
  CHECK(refusal(folder, {"train", "a.json"}) ==
        "a.json:1:35: error: task.path: ~/none.txt: cannot read it: No such file or directory; "
        "\"~\" is a name like any other here: write the whole path of the home directory\n");
}

TEST_CASE("a checkpoint of step 0 is written and kept when it is asked for", "[program]") {
  const Folder folder;
  train_run(folder, "run", small_config(R"({"type": "reverse", "symbols": 4, "length": 4})"),
            {"--set", "train.checkpoint_at_start=true", "--set", "train.checkpoint_every=1"});
  const Folder again;
  train_run(again, "run", small_config(R"({"type": "reverse", "symbols": 4, "length": 4})"),
            {"--set", "train.checkpoint_every=1"});
  CHECK(load_trained_model(folder / "run/checkpoints/step-000000").step == 0);
  CHECK(!again.has("run/checkpoints/step-000000"));
  CHECK(folder.read("run/checkpoints/step-000006/optimizer.safetensors") ==
        again.read("run/checkpoints/step-000006/optimizer.safetensors"));
  const Ended heads = run_heed(folder, {"heads", "run/checkpoints/step-000000", "--json"});
  CHECK(heads.exit_code == 0);
}

TEST_CASE("a configuration may come from stdin, and begin with a byte order mark", "[program]") {
  const Folder folder;
  folder.write("bom.json", "\xEF\xBB\xBF" + tiny_config());
  CHECK(run_heed(folder, {"validate", "bom.json"}).exit_code == 0);
  folder.write("data.txt", std::string(400, 'x') + std::string(400, 'y'));
  folder.write("good", small_config(R"({"type": "text", "path": "data.txt", "length": 4})"));
  folder.write("bad", small_config(R"({"type": "text", "path": "none.txt", "length": 4})"));
  const int original = dup(STDIN_FILENO);
  for (const char* name : {"good", "bad"}) {
    REQUIRE(std::freopen((folder / name).c_str(), "r", stdin) != nullptr);
    const Ended ended = run_heed(folder, {"validate", "-"});
    CHECK(ended.exit_code == (name == std::string("good") ? 0 : 2));
    if (name == std::string("bad")) {
      CHECK(ended.err ==
            "stdin:1:35: error: task.path: none.txt: cannot read it: No such file or directory\n");
    }
  }
  REQUIRE(dup2(original, STDIN_FILENO) == STDIN_FILENO);
  close(original);
}

TEST_CASE("analyses that take too long are refused with what they would take", "[program]") {
  const Folder folder;
  folder.write("long.json", small_config(R"({"type": "noise", "length": 4096})"));
  const std::string pairs = refusal(folder, {"leaks", "long.json"});
  CHECK(pairs ==
        "long.json: error: leaks: 67108864 pairs of an output and an input, more than 16777216; "
        "--pairs N allows more, a shorter sequence has less\n");
  folder.write("deep.json", R"({"task": {"type": "reverse", "length": 64},
                                "model": {"layers": 64}})");
  const std::string deep =
      refusal(folder, {"gradcheck", "deep.json", "--sample", "100000", "--minutes", "1"});
  CHECK(contains(deep, "deep.json: error: this takes about "));
  CHECK(contains(deep,
                 " for 100000 elements, more than --minutes 1 allows; raise it, or a smaller "
                 "--sample takes less\n"));
}

TEST_CASE("a file that is no model says what is missing", "[program]") {
  const Folder folder;
  save_safetensors(folder / "other.safetensors", {}, {{"format", "pt"}});
  CHECK(refusal(folder, {"predict", "other.safetensors", "--input", "1"}) ==
        "other.safetensors: error: not a model of heed: its metadata has no heed.config; `heed "
        "inspect` lists its tensors, `heed train CONFIG --init FILE` starts from them\n");
  folder.write("a.json", tiny_config());
  CHECK(refusal(folder, {"gradcheck", "a.json", "--best"}) ==
        "a.json: error: --best is for a run; this is a configuration\n");
}

}  // namespace
}  // namespace heed::testing::program_sources_test

// A run directory from elsewhere may hold anything: links, pipes, checkpoints of other runs. It is
// refused by name, and nothing is changed, neither in it nor where its links lead.
#include <sys/stat.h>
#include <unistd.h>

#include <map>

#include "heed/framework/io/folder.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/io/output_file.h"
#include "heed/tests/examples/cli/runs/resume_support.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::program_hostile_run_test {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> resume = {"--resume", "run"};

/// A finished run in "run", and in "precious" what a link leads to.
void make_run(const Folder& folder) {
  folder.write("config.json", resumable_config());
  train_well(folder, {"config.json", "--out", "run"});
  train_well(folder, resume);  // so that there is a resumes.jsonl
  folder.write("precious", "precious\n");
}

std::string id_of(const Folder& folder, const std::string& run) {
  return nlohmann::json::parse(folder.read(run + "/run.json"))["id"].get<std::string>();
}

/// All regular files and what they hold, but for the lock, which says who had it.
std::map<std::string, std::string> content_of(const Folder& folder, const std::string& in = "") {
  std::map<std::string, std::string> content;
  const auto options = fs::directory_options::skip_permission_denied;  // one cannot be read
  for (const auto& entry : fs::directory_iterator(folder / in, options)) {
    const std::string name = in + entry.path().filename().string();
    const fs::file_status status = entry.symlink_status();
    if (fs::is_directory(status)) content.merge(content_of(folder, name + "/"));
    if (fs::is_regular_file(status) && name != "run/lock") content[name] = folder.read(name);
  }
  return content;
}

/// Checks that a command fails with this one line, and changes nothing.
void check_fails(const Folder& folder, const std::vector<std::string>& arguments,
                 const std::string& line) {
  const auto before = content_of(folder);
  const Ended ended = run_heed(folder, arguments);
  CHECK(ended.exit_code == 1);
  CHECK(ended.out.empty());
  CHECK(ended.err == line + "\n");
  CHECK(content_of(folder) == before);
}

void check_resume_fails(const Folder& folder, const std::string& line) {
  check_fails(folder, {"train", "--resume", "run"}, line);
}

const std::string is_link = "it is a symbolic link; only a regular file is accepted here";

TEST_CASE("a file of a run that is a link or a pipe is refused, and not followed", "[resume]") {
  for (const auto& [name, what] : std::map<std::string, std::string>{{"lock", "create"},
                                                                     {"metrics.jsonl", "open"},
                                                                     {"log.txt", "open"},
                                                                     {"resumes.jsonl", "open"},
                                                                     {"config.json", "read"},
                                                                     {"run.json", "read"}}) {
    CAPTURE(name);
    const Folder folder;
    make_run(folder);
    const std::string path = "run/" + name;
    const std::string refused = path + ": cannot " + what + ": ";
    fs::remove(folder / path);
    fs::create_symlink("../precious", folder / path);
    check_resume_fails(folder, refused + is_link);
    fs::remove(folder / path);
    fs::create_symlink("../new", folder / path);
    if (what == "read") continue;  // what is not there is not read
    check_resume_fails(folder, refused + is_link);
    fs::remove(folder / path);
    REQUIRE(mkfifo((folder / path).c_str(), 0600) == 0);
    check_resume_fails(folder, refused + "it is not a regular file");
    fs::remove(folder / path);
    fs::create_hard_link(folder / "precious", folder / path);
    check_resume_fails(folder,
                       refused +
                           "it has 2 names (hard links), and the change would appear under all of "
                           "them; replace it by a copy of its own");
    fs::remove(folder / path);
    train_well(folder, resume);
    CHECK(folder.read("precious") == "precious\n");
  }
}

TEST_CASE("a file of a checkpoint that is a link or a pipe is refused", "[resume]") {
  const Folder folder;
  make_run(folder);
  const std::string last = "run/checkpoints/step-000006";
  for (const std::string name : {"model.safetensors", "optimizer.safetensors", "state.json"}) {
    CAPTURE(name);
    const std::string path = last + "/" + name;
    fs::rename(folder / path, folder / "moved");
    const std::string hint = "; the checkpoint before it: --resume run/checkpoints/step-000005";
    fs::create_symlink(folder / "moved", folder / path);
    check_resume_fails(folder, path + ": cannot read: " + is_link + hint);
    if (name != "optimizer.safetensors") {
      check_fails(folder, {"eval", "run"}, path + ": cannot read: " + is_link);
    }
    fs::remove(folder / path);
    REQUIRE(mkfifo((folder / path).c_str(), 0600) == 0);
    check_resume_fails(folder, path + ": cannot read: it is not a regular file" + hint);
    fs::remove(folder / path);
    fs::rename(folder / "moved", folder / path);
  }
  CHECK(run_heed(folder, {"eval", "run"}).exit_code == 0);
}

TEST_CASE("checkpoints that cannot be listed are not none", "[resume]") {
  const std::string link =
      ": cannot read: it is a symbolic link; only a directory is accepted here";
  const Folder folder;
  make_run(folder);
  fs::rename(folder / "run/checkpoints", folder / "ck");
  for (const char* target : {"/mnt/gone", "../ck", "checkpoints"}) {
    CAPTURE(target);
    fs::create_symlink(target, folder / "run/checkpoints");
    check_resume_fails(folder, "run/checkpoints" + link);
    check_fails(folder, {"eval", "run"}, "run/checkpoints" + link);
    check_fails(folder, {"eval", "run", "--best"}, "run/checkpoints" + link);
    fs::remove(folder / "run/checkpoints");
  }
  folder.write("run/checkpoints", "");
  check_resume_fails(folder, "run/checkpoints: cannot read: it is not a directory");
  fs::remove(folder / "run/checkpoints");
  fs::rename(folder / "ck", folder / "run/checkpoints");

  for (const char* target : {"step-000006", "nowhere", "step-000007"}) {
    CAPTURE(target);
    fs::create_symlink(target, folder / "run/checkpoints/step-000007");
    check_resume_fails(folder, "run/checkpoints/step-000007" + link);
    check_fails(folder, {"eval", "run"}, "run/checkpoints/step-000007" + link);
    fs::remove(folder / "run/checkpoints/step-000007");
  }
  if (geteuid() == 0) return;  // root reads everything
  fs::permissions(folder / "run/checkpoints", fs::perms::owner_exec | fs::perms::owner_write);
  check_resume_fails(folder, "run/checkpoints: cannot read directory: Permission denied");
  fs::permissions(folder / "run/checkpoints", fs::perms::owner_all);
}

TEST_CASE("what belongs to another checkpoint or run is refused", "[resume]") {
  const Folder folder;
  make_run(folder);
  const std::string of_run = "run/checkpoints/", three = of_run + "step-000003",
                    six = of_run + "step-000006", nine = of_run + "step-000009";
  const std::string hint = "; the checkpoint before it: --resume run/checkpoints/step-000005";
  for (const std::string name : {"/model.safetensors", "/optimizer.safetensors"}) {
    CAPTURE(name);
    fs::rename(folder / (six + name), folder / "own");
    fs::copy(folder / (three + name), folder / (six + name));
    const Ended ended = run_train(folder, resume);
    CHECK(ended.exit_code == 1);
    CHECK(ended.err.starts_with(six + name +
                                ": belongs to another checkpoint: its header has the checksum "));
    CHECK(ended.err.ends_with(hint + "\n"));
    CHECK(run_heed(folder, {"eval", "run"}).exit_code == (name == "/model.safetensors" ? 1 : 0));
    fs::rename(folder / "own", folder / (six + name));
  }
  const std::string renamed =
      ": renamed: its state.json is that of step-000003; give it this name again, or restore its "
      "own files";
  fs::rename(folder / three, folder / nine);
  check_fails(folder, {"eval", "run"}, nine + renamed);
  check_resume_fails(folder, nine + renamed + "; the checkpoint before it: --resume " + six);
  fs::rename(folder / nine, folder / three);

  // The same model with another learning rate.
  train_well(folder,
             {"config.json", "--out", "other", "--set", "train.lr=0.5", "--set", "train.steps=9"});
  fs::copy(folder / "other/checkpoints/step-000009", folder / nine, fs::copy_options::recursive);
  CHECK(id_of(folder, "run").size() == 16);
  const std::string foreign = nine + ": belongs to another run, " + id_of(folder, "other") +
                              ", not to " + id_of(folder, "run") + "; remove it from this one";
  check_fails(folder, {"eval", "run"}, foreign);
  check_resume_fails(folder, foreign + "; the checkpoint before it: --resume " + six);
  fs::rename(folder / nine, folder / "step-000009");
  CHECK(run_heed(folder, {"eval", "step-000009"}).exit_code == 0);  // alone it answers
}

TEST_CASE("a run and a checkpoint of earlier versions, without identity, resume", "[resume]") {
  const Folder folder;
  const RunBits whole = unbroken_bits(folder);
  train_well(folder, {"config.json", "--out", "run", "--set", "train.steps=3"});
  fs::remove(folder / "run/run.json");
  for (const std::string& name : checkpoint_names(folder, "run")) {
    const std::string path = "run/checkpoints/" + name + "/state.json";
    CheckpointState state = read_checkpoint_state(folder.read(path), path);
    CHECK(state.identity.has_value());
    state.identity.reset();
    folder.write(path, to_json(state));
  }
  train_well(folder, {"--resume", "run", "--set", "train.steps=6"});
  CHECK(run_bits(folder, "run") == whole);
  CHECK(folder.has("run/run.json"));
  // An old checkpoint in a run with an id.
  train_well(folder, {"--resume", "run/checkpoints/step-000003", "--set", "train.steps=6"});
  CHECK(run_bits(folder, "run") == whole);

  // Without its run.json a run keeps the id that its checkpoints have.
  const std::string id = id_of(folder, "run");
  fs::remove(folder / "run/run.json");
  train_well(folder, resume);
  CHECK(id_of(folder, "run") == id);
  folder.write("run/run.json", "{}");
  CHECK(
      run_train(folder, resume).err.starts_with("run/run.json: damaged: \"sessions\" is missing"));
}

TEST_CASE("a run that is replacing its checkpoints can be read at any time", "[resume]") {
  const Folder folder;
  folder.write("config.json", resumable_config());
  RunningProgram training(folder,
                          {"train", "config.json", "--out", "run", "--threads", "1", "--set",
                           "train.steps=100000000", "--set", "train.checkpoints_kept=1", "--set",
                           "train.eval_every=1", "--set", "train.eval_sequences=4"});
  const CheckpointFolder checkpoints(folder / "run");
  for (int i = 0; i < 1000 && !checkpoints.best(); ++i) usleep(5000);
  for (int i = 0; i < 25; ++i) {
    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{{"eval", "run", "--best"}, {"inspect", "run"}}) {
      const Ended ended = run_heed(folder, arguments);
      INFO(ended.err);
      CHECK(ended.exit_code == 0);
    }
  }
  training.send(SIGKILL);
  CHECK(training.wait().signal == SIGKILL);
}

TEST_CASE("a save that would save nothing is a failure", "[resume]") {
  const Folder folder;
  folder.write("config.json", resumable_config());
  train_well(folder, {"config.json", "--out", "run"});
  train_well(folder, {"config.json", "--out", "other", "--set", "train.lr=0.5"});
  const CheckpointFolder checkpoints(folder / "run");
  const std::string path = folder / "run/checkpoints/step-000006";
  const CheckpointState state = load_checkpoint_state(path);
  const auto tensors = [&](const std::string& run) {
    return load_safetensors(folder / (run + "/checkpoints/step-000006/model.safetensors")).tensors;
  };
  CHECK_NOTHROW(
      checkpoints.save(state, {.model = tensors("run"), .metadata = {}, .optimizer = {}}, 10));
  CHECK_THROWS_WITH(
      checkpoints.save(state, {.model = tensors("other"), .metadata = {}, .optimizer = {}}, 10),
      path +
          ": cannot save: there is another checkpoint of this name; resume from "
          "it, or remove it");
}

TEST_CASE("a run is locked as long as it lives, with and without the file", "[resume]") {
  const Folder folder;
  const FolderLock lock(folder.path(), "lock");
  CHECK(lock.is_at(folder.path()));
  const std::string start = (folder / "lock") + ": locked by another run, process ";
  const std::string end = "; wait until it ends or stop it";
  CHECK_THROWS_WITH(FolderLock(folder.path(), "lock"), start + std::to_string(getpid()) + end);
  fs::remove(folder / "lock");
  CHECK_THROWS_WITH(FolderLock(folder.path(), "lock"), start + "unknown" + end);
  CHECK(folder.names().empty());
}

TEST_CASE("counters that a run could not reach are refused", "[resume]") {
  const Folder folder;
  make_run(folder);
  const std::string path = "run/checkpoints/step-000006/state.json";
  const CheckpointState whole = read_checkpoint_state(folder.read(path), path);
  const auto refusal = [&](CheckpointState state) {
    try {
      read_checkpoint_state(to_json(state), "state.json");
    } catch (const IoError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  constexpr int64_t most = INT64_MAX;
  CHECK(refusal(whole).empty());
  CheckpointState state = whole;
  state.training.step = most;
  CHECK(refusal(state) == text_of("state.json: not a checkpoint state: \"step\" cannot be ", most));
  state = whole;
  state.training.evaluations_since_best = most;
  CHECK(refusal(state) ==
        text_of("state.json: not a checkpoint state: \"evaluations_since_best\" cannot be ", most));
  state = whole;
  state.training.best->step = 7;
  CHECK(refusal(state) == "state.json.best: not a checkpoint state: \"step\" cannot be 7");
  state = whole;
  state.training.evaluated_step = 7;
  CHECK(refusal(state) == "state.json.evaluation: not a checkpoint state: \"step\" cannot be 7");
}

TEST_CASE("the held-out sequence that was wrong may be gone when a run is resumed", "[resume]") {
  const Folder folder;
  folder.write("config.json", resumable_config());
  train_well(folder, {"config.json", "--out", "run", "--set", "train.eval_sequences=60"});
  const std::string path = "run/checkpoints/step-000006/state.json";
  CheckpointState state = read_checkpoint_state(folder.read(path), path);
  state.training.evaluation->first_wrong = 59;
  folder.write(path, to_json(state));
  const Ended ended = run_train(folder, {"--resume", "run", "--set", "train.eval_sequences=10"});
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
}

TEST_CASE("metrics.jsonl that is emptied while a run writes has no hole", "[resume]") {
  const Folder folder;
  OutputFile file(folder / "a", 0);
  file.write("one\n");
  fs::resize_file(folder / "a", 0);
  file.write("two\n");
  CHECK(folder.read("a") == "two\n");
  CHECK(file.size() == 4);
}

TEST_CASE("the name of a new run directory", "[resume]") {
  const Folder folder;
  folder.write("config.json", tiny_config());
  const auto train_to = [&](const std::string& out) {
    return run_train(folder, {"config.json", "--out", out});
  };
  CHECK(train_to("new/.").exit_code == 0);
  CHECK(folder.has("new/config.json"));
  CHECK(train_to("a/./").exit_code == 0);
  CHECK(folder.has("a/config.json"));
  const std::string longest(255, 'x');
  CHECK(train_to(longest).exit_code == 0);
  CHECK(folder.has(longest + "/config.json"));
  const Ended too_long = train_to(longest + "y");
  CHECK(too_long.exit_code == 1);
  CHECK(too_long.err ==
        longest + "y: cannot give this name to what was written: File name too long\n");
  const Ended above = train_to("b/..");
  CHECK(above.exit_code == 2);
  CHECK(above.err == "--out b/..: error: names no new directory\n");
  CHECK(!folder.has("b"));
}

TEST_CASE("a pipe as CONFIG is read once, whatever is wrong with it", "[program]") {
  const Folder folder;
  REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
  folder.write("bad.json", tiny_config(R"(, "x": 1)"));
  folder.write("unfit.json", R"({"task": {"type": "reverse", "symbols": 4, "length": 4},
 "model": {"d_model": 8,
           "attention": {"type": "multi_head_attention", "heads": 3}}})");
  for (const char* name : {"bad.json", "unfit.json"}) {
    const Ended from_file = run_heed(folder, {"validate", name});
    RunningProgram program(folder, {"validate", "pipe"});
    folder.write("pipe", folder.read(name));
    const Ended ended = program.wait();
    CHECK(ended.exit_code == 2);
    std::string expected = from_file.err;
    for (size_t at; (at = expected.find(name)) != std::string::npos;) {
      expected.replace(at, std::string(name).size(), "pipe");
    }
    CHECK(ended.err == expected);
  }
}

}  // namespace
}  // namespace heed::testing::program_hostile_run_test

// `heed completion bash`, run in bash as readline would run it.
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::program_completion_test {
namespace {

/// What bash offers for the last of the words.
std::vector<std::string> offered(const Folder& folder, const std::vector<std::string>& words) {
  std::string script = "set -u; source ./heed.bash\nCOMP_WORDS=(heed";
  for (const std::string& word : words) script += " '" + word + "'";
  script += ")\nCOMP_CWORD=" + std::to_string(words.size()) +
            "\n_heed heed\nprintf '%s\\n' \"${COMPREPLY[@]}\" >replies\n";
  folder.write("ask.bash", script);
  const int status =
      std::system(("cd '" + folder.path() + "' && bash --norc ask.bash 2>errors").c_str());
  CHECK(status == 0);
  CHECK(folder.read("errors").empty());
  auto replies = lines_of(folder.read("replies"));
  if (replies == std::vector<std::string>{""}) replies.clear();
  std::sort(replies.begin(), replies.end());
  return replies;
}

TEST_CASE("bash completes commands, options, tasks, keys, values and files", "[program]") {
  const Folder folder;
  const Ended ended = run_heed(folder, {"completion", "bash"});
  REQUIRE(ended.exit_code == 0);
  folder.write("heed.bash", ended.out);
  folder.write("own.json", "{}");
  folder.write("own.txt", "");
  std::filesystem::create_directory(folder / "order");
  const auto replies = [&](const std::vector<std::string>& words) {
    return offered(folder, words);
  };
  using Words = std::vector<std::string>;
  CHECK(replies({"tra"}) == Words{"trace", "train"});
  CHECK(replies({"--v"}) == Words{"--version"});
  CHECK(replies({"help", "va"}) == Words{"validate"});
  CHECK(replies({"init", "re"}) == Words{"recall", "reverse"});
  CHECK(replies({"completion", ""}) == Words{"bash"});
  CHECK(replies({"heads", "x.json", "--se"}) == Words{"--sequences", "--set"});
  CHECK(replies({"train", "o"}) == Words{"order", "own.json"});
  CHECK(replies({"train", "own.json", "--out", "own"}) == Words{"own.json", "own.txt"});
  CHECK(replies({"eval", "or"}) == Words{"order"});
  CHECK(replies({"train", "own.json", "--threads", ""}).empty());
  CHECK(replies({"train", "own.json", "--set", "train.l"}) ==
        Words{"train.lr=", "train.lr_floor="});
  CHECK(replies({"train", "own.json", "--set", "model.norm_placement", "="}) ==
        Words{"post", "pre"});
  CHECK(replies({"train", "own.json", "--set", "model.norm_placement", "=", "po"}) ==
        Words{"post"});
  CHECK(replies({"train", "own.json", "--set", "model.tied", "=", ""}) == Words{"false", "true"});
  CHECK(replies({"train", "own.json", "--set", "train.lr", "=", "0"}).empty());
  CHECK(replies({"zzz", ""}).empty());
  CHECK(replies({"tasks", ""}).empty());
}

TEST_CASE("the script switches itself on", "[program]") {
  const Folder folder;
  folder.write("heed.bash", run_heed(folder, {"completion", "bash"}).out);
  const std::string line = "cd '" + folder.path() +
                           "' && bash --norc -c 'source ./heed.bash; complete -p heed' >replies";
  CHECK(std::system(line.c_str()) == 0);
  CHECK(folder.read("replies") == "complete -F _heed heed\n");
}

}  // namespace
}  // namespace heed::testing::program_completion_test

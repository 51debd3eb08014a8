// `heed completion`, run in each shell as its line editor would run it.
#include "heed/examples/cli/commands/line/command_line.h"
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

/// Those of `words` that begin with `prefix`, with `suffix`, sorted: what is registered later is
/// expected as well.
std::vector<std::string> beginning_with(const std::string& prefix,
                                        const std::vector<std::string>& words,
                                        const std::string& suffix = "") {
  std::vector<std::string> found;
  for (const std::string& word : words) {
    if (word.starts_with(prefix)) found.push_back(word + suffix);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  REQUIRE(found.size() > 1);
  return found;
}

std::vector<std::string> options_of(const std::string& name) {
  for (const Command& command : builtin_commands()) {
    if (command.name == name) return option_names(command.call().options);
  }
  return {};
}

std::vector<std::string> builtin_keys() {
  std::vector<std::string> paths;
  const ConfigTable table = builtin_registry().table();
  for (const ConfigEntry& entry : table.entries()) paths.push_back(entry.path);
  return paths;
}

std::vector<std::string> builtin_task_names() {
  std::vector<std::string> names;
  const Tasks tasks = builtin_registry().tasks;
  for (const auto& task : tasks.entries()) names.push_back(task.name);
  return names;
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
  CHECK(replies({"tra"}) == beginning_with("tra", command_names(builtin_commands())));
  CHECK(replies({"--v"}) == Words{"--version"});
  CHECK(replies({"help", "va"}) == Words{"validate"});
  CHECK(replies({"init", "re"}) == beginning_with("re", builtin_task_names()));
  CHECK(replies({"completion", ""}) == Words{"bash", "fish", "zsh"});
  CHECK(replies({"heads", "x.json", "--se"}) == beginning_with("--se", options_of("heads")));
  CHECK(replies({"train", "o"}) == Words{"order", "own.json"});
  CHECK(replies({"train", "own.json", "--out", "own"}) == Words{"own.json", "own.txt"});
  CHECK(replies({"eval", "or"}) == Words{"order"});
  CHECK(replies({"train", "own.json", "--threads", ""}).empty());
  CHECK(replies({"train", "own.json", "--set", "train.l"}) ==
        beginning_with("train.l", builtin_keys(), "="));
  CHECK(replies({"train", "own.json", "--set", "model.norm_placement", "="}) ==
        Words{"post", "pre"});
  CHECK(replies({"train", "own.json", "--set", "model.norm_placement", "=", "po"}) ==
        Words{"post"});
  CHECK(replies({"train", "own.json", "--set", "model.tied", "=", ""}) == Words{"false", "true"});
  CHECK(replies({"train", "own.json", "--set", "train.lr", "=", "0"}).empty());
  CHECK(replies({"zzz", ""}).empty());
  CHECK(replies({"tasks", ""}).empty());
}

bool has_shell(const std::string& shell) {
  return std::system((shell + " -c true >/dev/null 2>&1").c_str()) == 0;
}

/// The first words of the lines that a shell prints for a script, in order.
std::vector<std::string> printed(const Folder& folder, const std::string& shell,
                                 const std::string& script) {
  folder.write("ask", script);
  const std::string run = shell + (shell == "fish" ? " --no-config ask" : " -f ask");
  CHECK(std::system(("cd '" + folder.path() + "' && " + run + " >replies 2>errors").c_str()) == 0);
  CHECK(folder.read("errors").empty());
  std::vector<std::string> words = lines_of(folder.read("replies"));
  for (std::string& word : words) word = word.substr(0, word.find('\t'));
  std::sort(words.begin(), words.end());
  return words;
}

/// What zsh offers: its own functions for completion are replaced by ones that print.
std::vector<std::string> offered_by_zsh(const Folder& folder, const std::string& words) {
  const std::string script = R"(compdef() { }
compadd() {
  while [[ $1 != -- ]]; do shift; done
  shift
  for word in "$@"; do [[ $word != "$PREFIX"* ]] || print -r -- "$word"; done
}
compset() {
  [[ $PREFIX == *=* ]] || return 1
  IPREFIX=${PREFIX%%=*}= PREFIX=${PREFIX#*=}
}
_files() { print -r -- "files$2" }
source ./heed.zsh
words=(heed )" + words + ")\nCURRENT=$#words PREFIX=$words[-1]\n_heed\n";
  return printed(folder, "zsh", script);
}

std::vector<std::string> offered_by_fish(const Folder& folder, const std::string& line) {
  return printed(folder, "fish", "source heed.fish\ncomplete -C 'heed " + line + "'\n");
}

TEST_CASE("zsh completes the same", "[program]") {
  const Folder folder;
  const Ended ended = run_heed(folder, {"completion", "zsh"});
  REQUIRE(ended.out.starts_with("#compdef heed\n"));
  if (!has_shell("zsh")) return;
  folder.write("heed.zsh", ended.out);
  const auto replies = [&](const std::string& words) { return offered_by_zsh(folder, words); };
  using Words = std::vector<std::string>;
  CHECK(replies("tra") == beginning_with("tra", command_names(builtin_commands())));
  CHECK(replies("--v") == Words{"--version"});
  CHECK(replies("help va") == Words{"validate"});
  CHECK(replies("init re") == beginning_with("re", builtin_task_names()));
  CHECK(replies("heads x.json --se") == beginning_with("--se", options_of("heads")));
  CHECK(replies("train o") == Words{"files*.json"});
  CHECK(replies("train own.json --out own") == Words{"files"});
  CHECK(replies("train own.json --threads ''").empty());
  CHECK(replies("train own.json --set train.l") == beginning_with("train.l", builtin_keys(), "="));
  CHECK(replies("train own.json --set model.norm_placement=") == Words{"post", "pre"});
  CHECK(replies("train own.json --set model.norm_placement=po") == Words{"post"});
  CHECK(replies("train own.json --set train.lr=0").empty());
  CHECK(replies("zzz ''").empty());
}

TEST_CASE("fish completes the same, with descriptions", "[program]") {
  const Folder folder;
  const Ended ended = run_heed(folder, {"completion", "fish"});
  REQUIRE(ended.out.starts_with("# fish completion for heed: "));
  if (!has_shell("fish")) return;
  folder.write("heed.fish", ended.out);
  folder.write("own.json", "{}");
  folder.write("own.txt", "");
  const auto replies = [&](const std::string& line) { return offered_by_fish(folder, line); };
  using Words = std::vector<std::string>;
  CHECK(replies("tra") == beginning_with("tra", command_names(builtin_commands())));
  CHECK(folder.read("replies").find("\ttrain the model that a configuration describes\n") !=
        std::string::npos);
  CHECK(replies("--v") == Words{"--version"});
  CHECK(replies("help va") == Words{"validate"});
  CHECK(replies("init re") == beginning_with("re", builtin_task_names()));
  CHECK(replies("heads x.json --se") == beginning_with("--se", options_of("heads")));
  CHECK(replies("train o") == Words{"own.json"});
  CHECK(replies("train own.json --out own") == Words{"own.json", "own.txt"});
  CHECK(replies("train own.json --set train.l") == beginning_with("train.l", builtin_keys(), "="));
  CHECK(replies("train own.json --set model.norm_placement=") ==
        Words{"model.norm_placement=post", "model.norm_placement=pre"});
  CHECK(replies("train own.json --set train.lr=0").empty());
  CHECK(replies("train own.json --threads ").empty());
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

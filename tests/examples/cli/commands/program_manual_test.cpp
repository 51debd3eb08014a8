// The manual: a page for each command, made from the command itself.
#include <set>

#include "heed/examples/cli/config/text.h"
#include "heed/framework/io/read_file.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::program_manual_test {
namespace {

std::string result_of(const std::vector<std::string>& arguments) {
  const Ended ended = run_heed(Folder(), arguments);
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK(ended.err.empty());
  return ended.out;
}

std::vector<std::string> words_of(std::string text) {
  std::vector<std::string> words;
  for (size_t start = 0; start < text.size();) {
    const size_t end = std::min(text.find(' ', start), text.size());
    if (end > start) words.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return words;
}

/// What stands between two texts of the completion script, which names all there is.
std::string between(const std::string& text, const std::string& before, const std::string& after) {
  const size_t start = text.find(before);
  REQUIRE(start != std::string::npos);
  const size_t from = start + before.size();
  return text.substr(from, text.find(after, from) - from);
}

/// The lines of a section of a page, without their margin.
std::vector<std::string> section_of(const std::string& page, const std::string& heading) {
  std::vector<std::string> lines;
  bool is_inside = false;
  for (const std::string& line : lines_of(page)) {
    if (!line.starts_with(" ")) {
      is_inside = line == heading || (is_inside && line.empty());
    } else if (is_inside) {
      lines.push_back(line.substr(line.find_first_not_of(' ')));
    }
  }
  return lines;
}

void check_page(const std::string& page) {
  for (const char* heading : {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS"}) {
    INFO(heading);
    CHECK_FALSE(section_of(page, heading).empty());
  }
  CHECK(section_of(page, "EXAMPLES").size() >= 2);
  CHECK(section_of(page, "EXAMPLES")[0].starts_with("heed") !=
        section_of(page, "EXAMPLES")[0].starts_with("source"));
  for (const std::string& line : lines_of(page)) {
    INFO(line);
    CHECK(displayed_width(line) <= 80);
    CHECK_FALSE(line.ends_with(" "));
  }
}

TEST_CASE("every command has a manual page that names all its options", "[program]") {
  const std::string script = result_of({"completion", "bash"});
  std::set<std::string> seen;
  for (const std::string& command : words_of(between(script, "_heed_commands=\"", "\""))) {
    if (command.starts_with("-")) continue;
    INFO(command);
    const std::string page = result_of({"help", command});
    CHECK(page == result_of({command, "--help"}));
    CHECK(page.starts_with("NAME\n    heed " + command + " - "));
    check_page(page);
    const auto options = section_of(page, "OPTIONS");
    for (const std::string& option :
         words_of(between(script, command + "\\ -*) _heed_words \"", "\""))) {
      INFO(option);
      CHECK(std::any_of(options.begin(), options.end(), [&](const std::string& line) {
        const auto words = words_of(line);
        return words[0] == option || (words.size() > 1 && words[1] == option);
      }));
    }
    seen.insert(command);
  }
  for (const auto& entry :
       std::filesystem::directory_iterator(HEED_SOURCE_DIR "/examples/cli/commands")) {
    if (entry.is_regular_file()) CHECK(seen.erase(entry.path().stem().string()) == 1);
  }
  CHECK(seen.empty());
}

TEST_CASE("the page of the program names every command", "[program]") {
  const std::string page = result_of({"help"});
  CHECK(page == result_of({"--help"}));
  check_page(page);
  const auto commands = section_of(page, "COMMANDS");
  const std::string script = result_of({"completion", "bash"});
  for (const std::string& command : words_of(between(script, "_heed_commands=\"", "\""))) {
    INFO(command);
    CHECK((command.starts_with("-") ||
           std::find(commands.begin(), commands.end(), command) != commands.end()));
  }
}

TEST_CASE("a manual page reads as a whole", "[program]") {
  CHECK(result_of({"help", "init"}) == R"(NAME
    heed init - write a configuration to start from

SYNOPSIS
    heed init TASK [--out FILE]

DESCRIPTION
    The configuration trains successfully without changes. Each of its objects
    has an "about" that explains the section and its keys to readers new to
    attention. An existing file is never overwritten. With --out, example data
    for a task that reads a file is written to a folder data beside the
    configuration.

OPTIONS
    TASK
        a task listed by `heed tasks`
    --out FILE
        a new file to write to; default: stdout
    -h, --help
        show this help

EXIT STATUS
    0   done
    1   runtime failure
    2   bad input; nothing was done or written

EXAMPLES
    heed init reverse --out mine.json
        writes mine.json
    heed init text | less
        shows the settings of a small language model
)");
}

/// What man(1) shows of a page of ours, without its escapes and requests.
std::string plain(const std::string& roff) {
  std::string text;
  for (std::string line : lines_of(roff)) {
    if (line.starts_with(".SH ")) line = line.substr(4);
    if (line.starts_with(".")) continue;
    for (const auto& [from, to] :
         {std::pair{"\\fB", ""}, {"\\fR", ""}, {"\\&", ""}, {"\\-", "-"}}) {
      for (size_t at = line.find(from); at != std::string::npos; at = line.find(from)) {
        line.replace(at, std::string(from).size(), to);
      }
    }
    text += line + "\n";
  }
  return text;
}

TEST_CASE("the manual is written as files for man(1)", "[program]") {
  const Folder folder;
  const Ended ended = run_heed(folder, {"help", "--man", "new/man1"});
  CHECK(ended.err.empty());
  REQUIRE(ended.exit_code == 0);
  const auto file = [&](const std::string& name) {
    return read_file(folder / ("new/man1/" + name), size_t{1} << 20U);
  };
  CHECK(file("heed.1").starts_with(".TH \"HEED\" 1 \"\" \"heed 0.2.0\"\n.SH NAME\nheed \\- train"));
  for (const Command& command : builtin_commands()) {
    INFO(command.name);
    const std::string page = file("heed-" + command.name + ".1");
    CHECK(contains(page, "\nheed\\-" + command.name + " \\- "));
    for (const std::string& line : lines_of(page)) {  // nothing is taken for a request
      if (line.starts_with(".")) CHECK(contains(".TH.SH.nf.fi", line.substr(0, 3)));
    }
    std::string shown = plain(page), help;
    for (const std::string& line : lines_of(result_of({"help", command.name}))) {
      help += (line.starts_with("    ") ? line.substr(4) : line) + "\n";
    }
    shown.replace(shown.find("heed-"), 5, "heed ");
    CHECK(shown == help);
  }
  CHECK(contains(file("heed-train.1"), "\n\\fB\\-\\-resume RUN_DIR|CHECKPOINT\\fR\n"));
  CHECK(run_heed(folder, {"help", "train", "--man", "x"}).err ==
        "heed help: --man writes every page: leave COMMAND out; see heed help --help\n");
}

}  // namespace
}  // namespace heed::testing::program_manual_test

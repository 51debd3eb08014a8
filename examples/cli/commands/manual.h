// The manual: what `heed help COMMAND` and `heed COMMAND --help` print. Names, arguments and
// options come from the command itself, so that they cannot go stale.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace heed {

/// What the manual says of a command beside its name and options.
struct ManualText {
  /// Paragraphs, with an empty line between two. They are wrapped; a paragraph that begins with two
  /// spaces keeps its lines.
  std::string description{};
  /// Exit codes and what they mean; by default done, failed, bad input.
  std::vector<std::pair<std::string, std::string>> exit_status{
      {"0", "done"},
      {"1", "something failed while it ran"},
      {"2", "bad input; nothing was done or written"}};
  /// Command lines, each with what it does.
  std::vector<std::pair<std::string, std::string>> examples{};
  /// One more section at the end: its heading, and text as in the description.
  /// The text is made only when the page is printed.
  std::pair<std::string, std::function<std::string()>> appendix{};
};

/// Gives a command its page in the manual.
void set_manual(CLI::App& command, ManualText text);

/// The page, at most 80 columns wide.
std::string manual_page(const CLI::App& command, const ManualText& text);

/// The names of the commands of a program, and of the long options of a command: "--set".
std::vector<std::string> command_names(const CLI::App& app);
std::vector<std::string> option_names(const CLI::App& command);
/// "PATH=VALUE" of --set; empty for a flag.
std::string value_name(const CLI::Option& option);

}  // namespace heed

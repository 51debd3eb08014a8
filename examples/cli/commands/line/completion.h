// Completion with <Tab>: what can stand where on the command line, and scripts for shells.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "heed/examples/cli/commands/line/command.h"

namespace heed {

/// What can stand in one place.
struct Completed {
  enum class Kind {
    anything,
    words,
    configs,  ///< JSON files
    paths,    ///< any files and folders
    keys      ///< KEY=VALUE of a configuration
  };
  Kind kind = Kind::anything;
  std::vector<std::string> words{};  ///< of Kind::words
};

struct CompletedOption {
  std::string name;  ///< "--out"
  std::string help;
  bool is_flag;
  Completed value;  ///< of an option that is no flag
};

struct CompletedCommand {
  std::string name;
  std::string summary;
  std::vector<CompletedOption> options;  ///< with --help
  std::vector<Completed> arguments;
};

/// All that a script is made from.
struct CompletionTable {
  std::string program;  ///< its name
  std::vector<CompletedCommand> commands;
  /// The keys of a configuration, each with its values if they can be listed.
  std::vector<std::pair<std::string, std::vector<std::string>>> keys;
};

CompletionTable completion_table(const Program& program);

std::string bash_completion(const CompletionTable& table);
std::string zsh_completion(const CompletionTable& table);
std::string fish_completion(const CompletionTable& table);

/// Words with blanks between them.
std::string spaced(const std::vector<std::string>& words);
/// The names of the commands and of the program's own options.
std::vector<std::string> first_words(const CompletionTable& table);
/// The names of a command's options.
std::vector<std::string> option_words(const CompletedCommand& command);
/// The names of all keys.
std::vector<std::string> key_words(const CompletionTable& table);
/// A script in which "@@" stands for the prefix of its functions, which names the program.
std::string with_prefix(std::string script, const CompletionTable& table);

}  // namespace heed

#include "heed/examples/cli/config/program_name.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "heed/framework/base/text.h"

namespace heed {
namespace {

constexpr std::string_view usual_name = "heed";

struct ProgramName {
  std::string name{usual_name};
  std::vector<std::string> commands{};
};

ProgramName& this_program() {
  static ProgramName program;
  return program;
}

bool is_name_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_-./").find(c) != std::string_view::npos;
}

/// Whether what follows the name makes it that of the program: a command, an option, or at the
/// beginning of a message a colon.
bool is_followed_by_use(std::string_view rest, bool is_first) {
  if (is_first && rest.starts_with(":")) return true;
  if (!rest.starts_with(" ")) return false;
  rest.remove_prefix(1);
  if (rest.starts_with("--")) return true;
  const size_t end = std::min(
      rest.size(), static_cast<size_t>(std::find_if_not(rest.begin(), rest.end(), is_name_letter) -
                                       rest.begin()));
  const std::string_view word = rest.substr(0, end);
  const auto& commands = this_program().commands;
  return word == "COMMAND" || std::find(commands.begin(), commands.end(), word) != commands.end();
}

}  // namespace

void set_program_name(std::string_view path, std::vector<std::string> commands) {
  const std::string name = printable(path.substr(path.rfind('/') + 1));
  this_program() = {name.empty() ? std::string(usual_name) : name, std::move(commands)};
}

const std::string& program_name() {
  return this_program().name;
}

std::filesystem::path running_program() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored);
}

std::string named(std::string_view text) {
  std::string result;
  while (true) {
    const size_t at = text.find(usual_name);
    if (at == text.npos) return result + std::string(text);
    const bool is_first = result.empty() && at == 0;
    const bool begins_word =
        at == 0 ? result.empty() || !is_name_letter(result.back()) : !is_name_letter(text[at - 1]);
    const std::string_view rest = text.substr(at + usual_name.size());
    const bool is_use = begins_word && is_followed_by_use(rest, is_first);
    result += std::string(text.substr(0, at)) + (is_use ? program_name() : std::string(usual_name));
    text = rest;
  }
}

}  // namespace heed

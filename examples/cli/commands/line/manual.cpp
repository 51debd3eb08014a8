#include "heed/examples/cli/commands/line/manual.h"

#include <algorithm>
#include <string_view>

#include "heed/examples/cli/config/program_name.h"
#include "heed/examples/cli/config/text.h"

namespace heed {
namespace {

constexpr size_t width = 80;
constexpr size_t indent = 4;

/// Wraps paragraphs; one that begins with two spaces keeps its lines.
std::string paragraphs(std::string_view about_heed, size_t columns) {
  const std::string text = named(about_heed);
  const std::string margin(columns, ' ');
  std::string result;
  for_each_part(text, "\n\n", [&](std::string_view part) {
    if (!result.empty()) result += "\n";
    if (part.starts_with("  ")) {
      for_each_part(part, "\n", [&](std::string_view line) {
        result += margin + std::string(line.substr(2)) + "\n";
      });
      return;
    }
    std::string paragraph(part);
    std::replace(paragraph.begin(), paragraph.end(), '\n', ' ');
    for (const std::string& line : wrapped(paragraph, width - columns)) {
      result += margin + line + "\n";
    }
  });
  return result;
}

std::string section(const std::string& heading, const std::string& body) {
  return body.empty() ? "" : "\n" + heading + "\n" + body;
}

/// A term with its meaning below it.
std::string item(const std::string& term, const std::string& meaning) {
  return paragraphs(term, indent) + paragraphs(meaning, 2 * indent);
}

std::string term_of(const Option& option) {
  const bool shows_value = !option.is_argument() && !option.value_name.empty();
  return option.name + (shows_value ? " " + option.value_name : "");
}

std::string synopsis(const std::string& name, std::vector<std::string> parts,
                     const Options& options) {
  for (const Option& option : options) {
    const std::string term = term_of(option);
    const bool is_list = option.is_repeatable() && (option.is_argument() || !option.is_required);
    parts.push_back((option.is_required ? term : "[" + term + "]") + (is_list ? "..." : ""));
  }
  std::string text = std::string(indent, ' ') + name;
  size_t used = text.size();
  for (const std::string& part : parts) {
    if (used + 1 + part.size() > width) {
      text += "\n" + std::string(indent + name.size(), ' ');
      used = indent + name.size();
    }
    text += " " + part;
    used += 1 + part.size();
  }
  return text + "\n";
}

/// All of a page but its appendix.
std::string page(const std::string& name, const Command& command, const Options& options,
                 const std::string& commands) {
  std::string options_text;
  for (const Option& option : options) options_text += item(term_of(option), option.help);
  options_text += item("-h, --help", "show this help");
  std::string exit_status;
  for (const auto& [code, meaning] : command.exit_status) {
    exit_status +=
        paragraphs("  " + code + std::string(indent - code.size(), ' ') + meaning, indent);
  }
  std::string examples;
  for (const auto& [line, meaning] : command.examples) examples += item("  " + line, meaning);
  std::vector<std::string> first;
  if (!commands.empty()) first.emplace_back("COMMAND [ARGUMENT]...");
  return "NAME\n" + paragraphs(name + " - " + command.summary, indent) +
         section("SYNOPSIS", synopsis(name, first, options)) +
         section("DESCRIPTION", paragraphs(command.description, indent)) +
         section("COMMANDS", commands) + section("OPTIONS", options_text) +
         section("EXIT STATUS", exit_status) + section("EXAMPLES", examples);
}

}  // namespace

std::string manual_page(const Command& command, const Registry& registry) {
  Options options = command.call().options;
  std::stable_partition(options.begin(), options.end(),
                        [](const Option& option) { return option.is_argument(); });
  const auto& [heading, text] = command.appendix;
  return page(program_name() + " " + command.name, command, options, "") +
         (text ? section(heading, paragraphs(text(registry), indent)) : "");
}

std::string program_page(const Program& program) {
  const Command overview{
      .name = "",
      .stage = Stage::refer,
      .summary = "train multi-head attention and analyse it",
      .description =
          "Trains multi-head attention on sequence tasks that a JSON file describes, and analyses "
          "the trained model. Start with: heed train configs/reverse.json\n\n"
          "Results go to stdout, progress to stderr. HEED_THREADS limits the number of threads, "
          "HEED_SIMD chooses the vector instructions, NO_COLOR=1 turns off colours.",
      .exit_status = {{"0", "done"},
                      {"1", "runtime failure"},
                      {"2", "bad input; nothing was done or written"},
                      {"3", "training diverged"}},
      .examples = {{"heed init reverse --out mine.json", "writes a configuration to start from"},
                   {"heed train mine.json", "trains the model that it describes"},
                   {"heed help train", "help for `train`"}},
      .call = {}};
  bool version = false;
  std::string commands;
  for (const Command& command : program.commands) commands += item(command.name, command.summary);
  return page(program_name(), overview, {Option::flag("--version", &version, "show the version")},
              commands);
}

}  // namespace heed

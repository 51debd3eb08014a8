#include "heed/examples/cli/commands/manual.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <string_view>

#include "heed/examples/cli/config/text.h"

namespace heed {
namespace {

constexpr size_t width = 80;
constexpr size_t indent = 4;

std::string full_name(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return (parent == nullptr ? "" : full_name(*parent) + " ") + command.get_name();
}

/// Wraps paragraphs; one that begins with two spaces keeps its lines.
std::string paragraphs(std::string_view text, size_t columns) {
  std::string result;
  while (!text.empty()) {
    const size_t end = std::min(text.find("\n\n"), text.size());
    const std::string paragraph(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 2));
    if (!result.empty()) result += "\n";
    const std::string margin(columns, ' ');
    if (paragraph.starts_with("  ")) {
      for (const std::string& line : CLI::detail::split(paragraph, '\n')) {
        result += margin + line.substr(2) + "\n";
      }
    } else {
      std::string words = paragraph;
      std::replace(words.begin(), words.end(), '\n', ' ');
      for (const std::string& line : wrapped(words, width - columns))
        result += margin + line + "\n";
    }
  }
  return result;
}

std::string section(const std::string& heading, const std::string& body) {
  return body.empty() ? "" : "\n" + heading + "\n" + body;
}

/// A term with its meaning below it.
std::string item(const std::string& term, const std::string& meaning) {
  return paragraphs(term, indent) + paragraphs(meaning, 2 * indent);
}

std::string term_of(const CLI::Option& option) {
  if (option.get_positional()) return option.get_name(true);
  std::string names;
  for (const std::string& name : option.get_snames()) names += (names.empty() ? "-" : ", -") + name;
  for (const std::string& name : option.get_lnames()) {
    names += (names.empty() ? "--" : ", --") + name;
  }
  const std::string value = value_name(option);
  return names + (value.empty() ? "" : " " + value);
}

std::string synopsis(const CLI::App& command) {
  std::vector<std::string> parts;
  for (const CLI::Option* option : command.get_options()) {
    if (!option->get_positional()) continue;
    const std::string name = option->get_name(true);
    parts.push_back(option->get_required() ? name : "[" + name + "]");
  }
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional() || option == command.get_help_ptr()) continue;
    const bool is_repeatable = option->get_expected_max() > 1;
    parts.push_back("[" + term_of(*option) + "]" + (is_repeatable ? "..." : ""));
  }
  if (!command.get_subcommands({}).empty()) parts.insert(parts.begin(), "COMMAND [ARGUMENT]...");
  const std::string name = full_name(command);
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

std::string options_text(const CLI::App& command) {
  std::string text;
  for (const bool positional : {true, false}) {
    for (const CLI::Option* option : command.get_options()) {
      if (option->get_positional() == positional && option != command.get_help_ptr()) {
        text += item(term_of(*option), option->get_description());
      }
    }
  }
  return text + item("-h, --help", "prints this page");
}

std::string commands_text(const CLI::App& app) {
  std::string text;
  for (const CLI::App* command : app.get_subcommands({})) {
    text += item(command->get_name(), command->get_description());
  }
  return text;
}

/// Makes CLI11 print manual pages as help.
class ManualFormatter final : public CLI::FormatterBase {
 public:
  explicit ManualFormatter(ManualText text) : text_(std::move(text)) {}
  std::string make_help(const CLI::App* command, std::string, CLI::AppFormatMode) const override {
    return manual_page(*command, text_);
  }

 private:
  ManualText text_;
};

}  // namespace

std::string manual_page(const CLI::App& command, const ManualText& text) {
  std::string exit_status;
  for (const auto& [code, meaning] : text.exit_status) {
    exit_status +=
        paragraphs("  " + code + std::string(indent - code.size(), ' ') + meaning, indent);
  }
  std::string examples;
  for (const auto& [line, meaning] : text.examples) examples += item("  " + line, meaning);
  const auto& [heading, body] = text.appendix;
  const std::string appendix = body ? section(heading, paragraphs(body(), indent)) : "";
  const std::string& description =
      text.description.empty() ? command.get_footer() : text.description;
  return "NAME\n" + paragraphs(full_name(command) + " - " + command.get_description(), indent) +
         section("SYNOPSIS", synopsis(command)) +
         section("DESCRIPTION", paragraphs(description, indent)) +
         section("COMMANDS", commands_text(command)) + section("OPTIONS", options_text(command)) +
         section("EXIT STATUS", exit_status) + section("EXAMPLES", examples) + appendix;
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::string value_name(const CLI::Option& option) {
  if (option.get_items_expected_max() == 0) return "";
  const std::string type = option.get_type_name();
  return type.substr(0, type.find(':'));  // after it stands what checks the value
}

void set_manual(CLI::App& command, ManualText text) {
  command.formatter(std::make_shared<ManualFormatter>(std::move(text)));
}

}  // namespace heed

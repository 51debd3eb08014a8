#include "heed/examples/cli/commands/line/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string_view>
#include <type_traits>

#include "heed/examples/cli/commands/line/manual.h"
#include "heed/examples/cli/config/suggest.h"
#include "heed/examples/cli/config/text.h"
#include "heed/framework/base/parallel.h"
#include "heed/framework/base/text.h"
#include "heed/framework/kernels/simd/target.h"

namespace heed {
namespace {

/// Makes CLI11 print a page of the manual as help.
class PageFormatter final : public CLI::FormatterBase {
 public:
  explicit PageFormatter(std::function<std::string()> page) : page_(std::move(page)) {}
  std::string make_help(const CLI::App*, std::string, CLI::AppFormatMode) const override {
    return page_();
  }

 private:
  std::function<std::string()> page_;
};

/// Refuses what CLI11 left over, with a suggestion.
void check_leftovers(const CLI::App& app, const Options& options) {
  const std::vector<std::string> leftovers = app.remaining();
  if (leftovers.empty()) return;
  const std::string& first = leftovers.front();
  if (!first.starts_with("-")) {
    throw UsageError("heed ", app.get_name(), ": unexpected argument: ", in_quotes(first));
  }
  throw UsageError("heed ", app.get_name(), ": unknown option: ", in_quotes(first),
                   suggestion(first.substr(0, first.find('=')), option_names(options)));
}

/// Refuses a first word that names no command.
void check_command(const CLI::App& app, const std::vector<Command>& commands, int argc,
                   const char* const* argv) {
  const std::string first = argc > 1 ? argv[1] : "";
  if (first.empty()) throw UsageError("heed: a command is required");
  if (first.starts_with("-")) {
    const std::string name = first.substr(0, first.find('='));
    if (app.get_option_no_throw(name) != nullptr) return;
    throw UsageError("heed: unknown option: ", in_quotes(first),
                     "; options of a command go after its name");
  }
  const std::vector<std::string> names = command_names(commands);
  if (std::find(names.begin(), names.end(), first) != names.end()) return;
  throw UsageError("heed: unknown command: ", in_quotes(first), suggestion(first, names));
}

/// CLI11's message, or our own where that is unclear.
std::string parse_error_text(const CLI::ParseError& error) {
  const std::string text = error.what();
  const bool lacks_value = text.find(" required ") != text.npos && text.ends_with(" missing");
  if (lacks_value) return text.substr(0, text.find(':')) + " needs a value";
  constexpr std::string_view excludes = " excludes ";
  if (const size_t at = text.find(excludes); at != text.npos) {
    return text.substr(0, at) + " and " + text.substr(at + excludes.size()) + " cannot be combined";
  }
  const bool has_value = text.ends_with(" was given a disallowed flag override");
  return has_value ? "--" + text.substr(0, text.find(' ')) + " takes no value" : text;
}

CLI::Option* added(CLI::App& app, const Option& option) {
  return std::visit(
      [&](const auto& target) -> CLI::Option* {
        using Target = std::remove_cvref_t<decltype(target)>;
        if constexpr (std::is_same_v<Target, bool*>) {
          return app.add_flag(option.name, *target);
        } else if constexpr (std::is_pointer_v<Target>) {
          return app.add_option(option.name, *target);
        } else {
          return app.add_option_function<int64_t>(option.name, target);
        }
      },
      option.target);
}

/// What is wrong with a value, or "": CLI11's own messages are not in heed's words.
using ValueCheck = std::function<std::string(const std::string&)>;

ValueCheck range_check(const Option& option) {
  constexpr int64_t least = std::numeric_limits<int64_t>::min();
  constexpr int64_t most = std::numeric_limits<int64_t>::max();
  std::string message = "must be an integer";
  if (option.minimum && option.maximum) {
    message += text_of(" from ", *option.minimum, " to ", *option.maximum);
  } else if (option.minimum) {
    message += text_of(" of at least ", *option.minimum);
  } else {
    message += text_of(" of at most ", *option.maximum);
  }
  const CLI::Range range(option.minimum.value_or(least), option.maximum.value_or(most));
  return [=](const std::string& value) {
    std::string copy = value;
    return range(copy).empty() ? "" : message + ": " + in_quotes(value);
  };
}

ValueCheck choice_check(const Option& option) {
  return [choices = option.choices](const std::string& value) {
    const bool is_choice = std::find(choices.begin(), choices.end(), value) != choices.end();
    return is_choice ? ""
                     : "unsupported value " + in_quotes(value) +
                           "; supported: " + list_in_quotes(choices);
  };
}

void add_options(CLI::App& app, const Options& options) {
  for (const Option& option : options) {
    CLI::Option* one = added(app, option)->required(option.is_required)->disable_flag_override();
    if (option.is_repeatable()) one->allow_extra_args(false);
    if (option.minimum || option.maximum) one->check(range_check(option));
    if (!option.choices.empty()) one->check(choice_check(option));
    if (!option.excludes.empty()) one->excludes(app.get_option(option.excludes));
  }
}

/// Fails on a bad HEED_THREADS before anything is done.
void check_threads() {
  try {
    static_cast<void>(num_threads());
  } catch (const ValueError& error) {
    throw UsageError(std::string_view(error.what()));
  }
}

void add_command(CLI::App& app, const Command& command, const Call& call, const Program& program) {
  CLI::App* own = app.add_subcommand(command.name, command.summary);
  own->formatter(
      std::make_shared<PageFormatter>([&] { return manual_page(command, program.registry); }));
  own->allow_extras();
  add_options(*own, call.options);
  own->parse_complete_callback([own, &call] { check_leftovers(*own, call.options); });
}

}  // namespace

void run_command_line(const Program& program, int argc, const char* const* argv) {
  CLI::App app("", "heed");
  app.formatter(std::make_shared<PageFormatter>([&] { return program_page(program); }));
  app.set_version_flag("--version", "heed " HEED_VERSION);
  app.require_subcommand(1);
  std::map<std::string, Call> calls;
  for (const Command& command : program.commands) {
    const auto call = calls.emplace(command.name, command.call()).first;
    add_command(app, command, call->second, program);
  }
  check_command(app, program.commands, argc, argv);
  static_cast<void>(kernels::simd_target());  // HEED_SIMD may name one that is not here
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    app.exit(success);
    return;
  } catch (const CLI::ParseError& error) {
    throw UsageError("heed: ", parse_error_text(error));
  }
  check_threads();  // after the whole line: nothing happens if it is mistyped
  calls.at(app.get_subcommands().front()->get_name()).run(program);
}

std::vector<std::string> command_names(const std::vector<Command>& commands) {
  std::vector<std::string> names;
  for (const Command& command : commands) names.push_back(command.name);
  return names;
}

std::vector<std::string> option_names(const Options& options) {
  std::vector<std::string> names{"--help"};
  for (const Option& option : options) {
    if (!option.is_argument()) names.push_back(option.name);
  }
  return names;
}

}  // namespace heed

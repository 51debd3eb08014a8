#include "heed/examples/cli/commands/line/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <type_traits>

#include "heed/examples/cli/commands/line/manual.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/program_name.h"
#include "heed/examples/cli/config/suggest.h"
#include "heed/examples/cli/config/text.h"
#include "heed/examples/cli/runs/version.h"
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

/// Gives what CLI11 left over to the option that takes the rest. Without one it is refused, with a
/// suggestion.
void take_leftovers(const CLI::App& app, const Options& options) {
  const std::vector<std::string> leftovers = app.remaining();
  const auto rest = std::find_if(options.begin(), options.end(),
                                 [](const Option& option) { return option.is_rest; });
  if (leftovers.empty()) {
    if (rest == options.end()) return;
    throw UsageError("heed ", app.get_name(), ": ", rest->name, " is required");
  }
  const std::string& first = leftovers.front();
  if (!first.starts_with("-")) {
    if (rest != options.end()) {
      *std::get<std::vector<std::string>*>(rest->target) = leftovers;
      return;
    }
    throw UsageError("heed ", app.get_name(), ": unexpected argument: ", in_quotes(first));
  }
  throw UsageError("heed ", app.get_name(), ": unknown option: ", in_quotes(first),
                   suggestion(first.substr(0, first.find('=')), option_names(options)));
}

/// A line for each command, for those who have given none.
std::string commands_text(const std::vector<Command>& commands) {
  size_t widest = 0;
  for (const Command& command : commands) widest = std::max(widest, command.name.size());
  std::string text;
  for (const Command& command : commands) {
    text += "\n  " + command.name + std::string(widest + 2 - command.name.size(), ' ') +
            command.summary;
  }
  return text;
}

/// Refuses a first word that names no command.
void check_command(const CLI::App& app, const std::vector<Command>& commands, int argc,
                   const char* const* argv) {
  const std::string first = argc > 1 ? argv[1] : "";
  if (first.empty()) {
    throw UsageError("heed: a command is required:", commands_text(commands),
                     "\nheed help COMMAND has its manual page");
  }
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

/// The number that a text is as in JSON: CLI11 would take 010 for 8, "" for 0, and 0.5 as the
/// locale of a host program says.
template <class T>
std::optional<T> number_in(const std::string& text) {
  const size_t first = text.find_first_not_of('-');
  const bool has_leading_zero = first != std::string::npos && text[first] == '0' &&
                                first + 1 < text.size() &&
                                std::isdigit(static_cast<unsigned char>(text[first + 1])) != 0;
  return has_leading_zero ? std::nullopt : parse_number<T>(text);
}

/// Whether a target holds a number, which the function that it is given to calls "number".
template <class Target>
constexpr bool takes_integer =
    std::is_same_v<Target, int64_t*> || std::is_same_v<Target, std::optional<int64_t>*> ||
    std::is_same_v<Target, std::function<void(int64_t)>>;
template <class Target>
constexpr bool takes_real = std::is_same_v<Target, std::optional<double>*>;

CLI::Option* added(CLI::App& app, const Option& option) {
  return std::visit(
      [&](const auto& target) -> CLI::Option* {
        using Target = std::remove_cvref_t<decltype(target)>;
        if constexpr (std::is_same_v<Target, bool*>) {
          return app.add_flag(option.name, *target);
        } else if constexpr (takes_integer<Target> || takes_real<Target>) {
          using Number = std::conditional_t<takes_real<Target>, double, int64_t>;
          return app.add_option_function<std::string>(option.name, [=](const std::string& text) {
            const Number number = *number_in<Number>(text);  // number_check has found one
            if constexpr (std::is_pointer_v<Target>) {
              *target = number;
            } else {
              target(number);
            }
          });
        } else {
          return app.add_option(option.name, *target);
        }
      },
      option.target);
}

/// What is wrong with a value, or "": CLI11's own messages are not in heed's words.
using ValueCheck = std::function<std::string(const std::string&)>;

ValueCheck integer_check(const Option& option) {
  std::string message = "must be an integer";
  if (option.minimum && option.maximum) {
    message += text_of(" from ", *option.minimum, " to ", *option.maximum);
  } else if (option.minimum) {
    message += text_of(" of at least ", *option.minimum);
  } else if (option.maximum) {
    message += text_of(" of at most ", *option.maximum);
  }
  return [message, least = option.minimum, most = option.maximum](const std::string& text) {
    const auto number = number_in<int64_t>(text);
    const bool is_fine = number && (!least || *number >= *least) && (!most || *number <= *most);
    return is_fine ? "" : message + ": " + in_quotes(text);
  };
}

std::string real_fault(const std::string& text) {
  return number_in<double>(text) ? "" : "must be a number: " + in_quotes(text);
}

/// None for a target that takes any text.
ValueCheck number_check(const Option& option) {
  return std::visit(
      [&](const auto& target) -> ValueCheck {
        using Target = std::remove_cvref_t<decltype(target)>;
        if constexpr (takes_integer<Target>) return integer_check(option);
        if constexpr (takes_real<Target>) return real_fault;
        return nullptr;
      },
      option.target);
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
    if (option.is_rest) {
      app.prefix_command();
      continue;
    }
    CLI::Option* one = added(app, option)->required(option.is_required)->disable_flag_override();
    if (option.is_repeatable()) one->allow_extra_args(option.is_argument());
    if (const ValueCheck check = number_check(option)) one->check(check);
    if (!option.choices.empty()) one->check(choice_check(option));
    if (!option.excludes.empty()) one->excludes(app.get_option(option.excludes));
  }
}

/// Reads a setting of the environment, which may be a bad one, before anything is done.
template <class Read>
void check_environment(const Read& read) {
  try {
    static_cast<void>(read());
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
  own->parse_complete_callback([own, &call] { take_leftovers(*own, call.options); });
}

}  // namespace

void run_command_line(const Program& program, int argc, const char* const* argv) {
  CLI::App app("", "heed");
  app.formatter(std::make_shared<PageFormatter>([&] { return program_page(program); }));
  app.set_version_flag("--version", std::function<std::string()>([] {
                         const bool is_heed = program_name() == "heed";
                         return is_heed ? version_text()
                                        : program_name() + " (" + version_text() + ")";
                       }));
  app.require_subcommand(1);
  std::map<std::string, Call> calls;
  for (const Command& command : program.commands) {
    const auto call = calls.emplace(command.name, command.call()).first;
    add_command(app, command, call->second, program);
  }
  check_command(app, program.commands, argc, argv);
  check_environment(kernels::simd_target);
  const std::string first = argv[1];
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    app.exit(success);
    return;
  } catch (const CLI::ParseError& error) {
    const std::string who = first.starts_with("-") ? "heed: " : "heed " + first + ": ";
    throw UsageError(who, parse_error_text(error));
  }
  check_environment(num_threads);  // after the whole line: nothing happens if it is mistyped
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

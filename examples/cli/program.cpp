#include "heed/examples/cli/program.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include "heed/examples/cli/commands/command_line.h"
#include "heed/examples/cli/commands/manual.h"
#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/suggest.h"
#include "heed/examples/cli/config/text.h"
#include "heed/examples/cli/training/failure.h"
#include "heed/examples/cli/training/signals.h"
#include "heed/framework/kernels/simd/target.h"

namespace heed {
namespace {

enum ExitCode { done = 0, failed = 1, bad_input = 2, diverged = 3 };

/// Refuses what CLI11 left over, in words like those of the configuration.
void check_leftovers(const CLI::App& command) {
  const std::vector<std::string> leftovers = command.remaining();
  if (leftovers.empty()) return;
  const std::string& first = leftovers.front();
  if (!first.starts_with("-")) {
    throw UsageError(
        fmt::format("heed {}: unexpected argument: {}", command.get_name(), in_quotes(first)));
  }
  throw UsageError(
      fmt::format("heed {}: unknown option: {}{}", command.get_name(), in_quotes(first),
                  suggestion(first.substr(0, first.find('=')), option_names(command))));
}

void check_command(const CLI::App& app, int argc, const char* const* argv) {
  const std::string first = argc > 1 ? argv[1] : "";
  if (first.empty()) return;
  if (first.starts_with("-")) {
    const std::string name = first.substr(0, first.find('='));
    if (app.get_option_no_throw(name) != nullptr) return;
    throw UsageError(fmt::format(
        "heed: unknown option: {}; the options of a command stand after it", in_quotes(first)));
  }
  const std::vector<std::string> names = command_names(app);
  if (std::find(names.begin(), names.end(), first) != names.end()) return;
  throw UsageError(
      fmt::format("heed: unknown command: {}{}", in_quotes(first), suggestion(first, names)));
}

/// What CLI11 says, in our words where its own are odd.
std::string parse_error_text(const CLI::ParseError& error) {
  const std::string text = error.what();
  const bool lacks_value = text.find(" required ") != text.npos && text.ends_with(" missing");
  if (lacks_value) return text.substr(0, text.find(':')) + " needs a value";
  const bool has_value = text.ends_with(" was given a disallowed flag override");
  return has_value ? "--" + text.substr(0, text.find(' ')) + " takes no value" : text;
}

int tell(const std::string& text, ExitCode code) {
  std::fputs((text + "\n").c_str(), stderr);
  return code;
}

int run_checked(int argc, const char* const* argv, const Registry& registry) {
  CLI::App app("train multi-head attention and take it apart", "heed");
  app.set_version_flag("--version", "heed " HEED_VERSION, "prints the version");
  app.require_subcommand(1);
  CommandArguments arguments;
  add_commands(app, registry, arguments);
  for (CLI::App* command : app.get_subcommands({})) {
    command->allow_extras();
    for (CLI::Option* option : command->get_options()) option->disable_flag_override();
    // Runs before the callback, so that nothing happens on a mistyped line.
    command->parse_complete_callback([command] { check_leftovers(*command); });
  }
  check_command(app, argc, argv);
  static_cast<void>(kernels::simd_target());  // HEED_SIMD may name one that is not here
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return tell(fmt::format("heed: {}; see heed --help", parse_error_text(error)), bad_input);
  }
  return done;
}

}  // namespace

void write_result(const std::string& text) {
  if (std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0) {
    throw RunError("stdout: cannot write: ", std::string_view(std::strerror(errno)));
  }
}

int run_program(int argc, const char* const* argv, const Registry& registry) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file as large as the shell allows is a failed write
  try {
    return run_checked(argc, argv, registry);
  } catch (const Interrupted& interrupted) {
    die_by(interrupted.signal());
  } catch (const ConfigError& error) {
    return tell(error.what(), bad_input);
  } catch (const UsageError& error) {
    return tell(fmt::format("{}; see heed --help", error.what()), bad_input);
  } catch (const DivergedError& error) {
    return tell(error.what(), diverged);
  } catch (const std::bad_alloc&) {
    return tell("heed: out of memory; make the model, the batch or the sequences smaller", failed);
  } catch (const std::exception& error) {
    return tell(error.what(), failed);
  }
}

}  // namespace heed

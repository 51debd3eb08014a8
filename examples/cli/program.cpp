#include "heed/examples/cli/program.h"

#include <algorithm>
#include <csignal>
#include <new>
#include <string>
#include <string_view>

#include "heed/examples/cli/commands/line/command_line.h"
#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/program_name.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/examples/cli/training/failure.h"
#include "heed/examples/cli/training/signals.h"

namespace heed {
namespace {

enum ExitCode { done = 0, failed = 1, bad_input = 2, diverged = 3 };

ExitCode exit_code(const std::string& message, ExitCode code) {
  say(message);
  return code;
}

/// Where the help on a wrong command line is: "heed train: …" has its own.
std::string help_for(const std::string& message) {
  const std::string who = message.substr(0, message.find(':'));
  return "; see " + (who.starts_with("heed ") ? who : "heed") + " --help";
}

/// The commands of heed and `more`, in the order of a user's work.
std::vector<Command> all_commands(const std::vector<Command>& more) {
  std::vector<Command> all = builtin_commands();
  for (const Command& command : more) {
    if (!command.call) {
      throw ValueError("command \"", command.name,
                       "\": it has no action; set .call = calling(options, run)");
    }
    std::erase_if(all, [&](const Command& other) { return other.name == command.name; });
    all.push_back(command);
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Command& a, const Command& b) { return a.stage < b.stage; });
  return all;
}

}  // namespace

int run_program(int argc, const char* const* argv, const Registry& registry,
                const std::vector<Command>& commands) {
  open_missing_streams();
  std::signal(SIGXFSZ, SIG_IGN);  // a file as large as the shell allows is a failed write
  const std::string_view path = argc > 0 ? argv[0] : "";
  set_program_name(path, {});
  try {
    const std::vector<Command> all = all_commands(commands);
    set_program_name(path, command_names(all));
    run_command_line({registry, all, {argv, argv + argc}}, argc, argv);
    return done;
  } catch (const Interrupted& interrupted) {
    die_by(interrupted.signal());
  } catch (const ConfigError& error) {
    return exit_code(error.what(), bad_input);
  } catch (const UsageError& error) {
    return exit_code(error.what() + help_for(error.what()), bad_input);
  } catch (const DivergedError& error) {
    return exit_code(error.what(), diverged);
  } catch (const std::bad_alloc&) {
    return exit_code("heed: out of memory; make the model, the batch or the sequences smaller",
                     failed);
  } catch (const std::exception& error) {
    return exit_code(error.what(), failed);
  }
}

}  // namespace heed

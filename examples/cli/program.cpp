#include "heed/examples/cli/program.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <new>
#include <string>
#include <string_view>
#include <thread>

#include "heed/examples/cli/commands/line/command_line.h"
#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/program_name.h"
#include "heed/examples/cli/ranks/job.h"
#include "heed/examples/cli/ranks/launched_rank.h"
#include "heed/examples/cli/ranks/mpi_team.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/examples/cli/training/failure.h"
#include "heed/examples/cli/training/signals.h"

namespace heed {
namespace {

enum ExitCode { done = 0, failed = 1, bad_input = 2, diverged = 3 };

/// The exit code, after what is to say. In a job this rank alone has failed, and all end with it; a
/// fault that comes before is that of all ranks, and rank 0 names it.
ExitCode exit_code(const std::string& message, ExitCode code) {
  const bool names_rank = is_in_job() && (!speaks_for_job() || code == failed);
  if (is_in_job() || speaks_for_job()) say((names_rank ? rank_prefix() : "") + message);
  fail_job(code);
  return code;
}

/// Not every rank may be able to join the others: rank 0 speaks first, and if it has nothing to say
/// it is this one's turn.
ExitCode exit_code(const RankError& error) {
  if (!is_in_job() && !speaks_for_job()) {
    std::this_thread::sleep_for(std::chrono::seconds(3));
    say(text_of("rank ", launched_rank()->rank, ": ", error.what()));
    return failed;
  }
  return exit_code(error.what(), failed);
}

/// Dies by the signal. A rank does not: its launcher would take the others for lost.
int ended_by(int signal) {
  if (!launched_rank()) die_by(signal);
  fail_job(128 + signal);
  return 128 + signal;
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

/// Whatever is thrown, `parts` included, becomes a message and an exit code.
int run_reported(int argc, const char* const* argv, const std::function<Registry()>& parts,
                 const std::vector<Command>& commands) {
  open_missing_streams();
  std::signal(SIGXFSZ, SIG_IGN);  // a file as large as the shell allows is a failed write
  const std::string_view path = argc > 0 ? argv[0] : "";
  set_program_name(path, {});
  try {
    const Registry registry = parts();
    const std::vector<Command> all = all_commands(commands);
    set_program_name(path, command_names(all));
    run_command_line({registry, all, {argv, argv + argc}}, argc, argv);
    return done;
  } catch (const Interrupted& interrupted) {
    return ended_by(interrupted.signal());
  } catch (const ConfigError& error) {
    return exit_code(error.what(), bad_input);
  } catch (const UsageError& error) {
    return exit_code(error.what() + help_for(error.what()), bad_input);
  } catch (const DivergedError& error) {
    return exit_code(error.what(), diverged);
  } catch (const LaunchFailure& failure) {
    return failure.code();
  } catch (const RankError& error) {
    return exit_code(error);
  } catch (const std::bad_alloc&) {
    return exit_code("heed: out of memory; make the model, the batch or the sequences smaller",
                     failed);
  } catch (const std::exception& error) {
    return exit_code(error.what(), failed);
  }
}

}  // namespace

int run_program(int argc, const char* const* argv, const Registry& registry,
                const std::vector<Command>& commands) {
  return run_reported(
      argc, argv, [&] { return registry; }, commands);
}

int run_program(int argc, const char* const* argv, const std::function<void(Registry&)>& add,
                const std::vector<Command>& commands) {
  const auto parts = [&] {
    Registry registry = builtin_registry();
    add(registry);
    return registry;
  };
  return run_reported(argc, argv, parts, commands);
}

}  // namespace heed

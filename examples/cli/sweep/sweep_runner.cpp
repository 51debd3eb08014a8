#include "heed/examples/cli/sweep/sweep_runner.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <exception>
#include <utility>

#include "heed/examples/cli/config/text.h"
#include "heed/examples/cli/inspect/runs/run_list.h"
#include "heed/examples/cli/runs/run_files.h"
#include "heed/examples/cli/runs/run_summary.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/examples/cli/training/signals.h"
#include "heed/framework/base/text.h"
#include "heed/framework/io/folder.h"

namespace heed {
namespace {

constexpr int milliseconds_between_looks = 100;
constexpr int diverged_code = 3;

double seconds_after(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// What a run has reached, for the line about it.
std::string result_text(const std::string& path) {
  const RunSummary summary = read_summary(path);
  if (!summary.best || !summary.most_accurate) return "";
  return fmt::format(", {}: loss {}, sequence accuracy {}", counted(summary.step, "step"),
                     rounded(summary.best->held_out.loss),
                     rounded(summary.most_accurate->held_out.sequence_accuracy));
}

/// How a process failed, by its status.
std::string exit_text(int status) {
  if (WIFSIGNALED(status)) return fmt::format("killed by {}", strsignal(WTERMSIG(status)));
  return fmt::format("exit code {}", WEXITSTATUS(status));
}

}  // namespace

SweepRunner::SweepRunner(const ConfigTable& table, const SweepDirectory& directory,
                         const SweepPlan& plan, SweepJobs jobs)
    : table_(table), directory_(directory), plan_(plan), jobs_(std::move(jobs)) {}

std::vector<std::string> SweepRunner::run() {
  sort_out();
  while (!waiting_.empty() || !running_.empty()) {
    if (SignalWatch::caught() != 0) stop(SignalWatch::caught());
    start_jobs();
    read_jobs();
  }
  return failed_;
}

/// Those that have ended need no process.
void SweepRunner::sort_out() {
  std::vector<std::pair<const PlannedRun*, std::string>> broken;
  for (const PlannedRun& run : plan_.runs) {
    try {
      const PlannedState state = state_of_run(table_, directory_.run(run), run);
      if (state == PlannedState::finished || state == PlannedState::diverged) {
        ++ended_before_;
      } else {
        waiting_.push_back(&run);
      }
    } catch (const std::exception& error) {
      broken.emplace_back(&run, error.what());
    }
  }
  ended_ = ended_before_;
  for (const auto& [run, why] : broken) fail(*run, why);
}

void SweepRunner::start_jobs() {
  while (static_cast<int64_t>(running_.size()) < jobs_.at_once && start_one()) {
  }
}

/// Starts the first that nobody else trains; whether there was one.
bool SweepRunner::start_one() {
  for (auto next = waiting_.begin(); next != waiting_.end(); ++next) {
    const PlannedRun& run = **next;
    try {
      if (is_taken(run)) continue;
      // Whoever had it may have finished it.
      const PlannedState state = state_of_run(table_, directory_.run(run), run);
      waiting_.erase(next);
      if (state == PlannedState::finished || state == PlannedState::diverged) {
        tell(run, text_of_state(state) + " by another process");
      } else {
        running_.emplace_back(run, command_for(run, state));
      }
    } catch (const std::exception& error) {
      std::erase(waiting_, &run);
      fail(run, error.what());
    }
    return true;
  }
  return false;
}

/// Whether another process trains it: one of a sweep that was killed, which ends soon, or a user's.
bool SweepRunner::is_taken(const PlannedRun& run) {
  const std::string path = directory_.run(run);
  if (!has_folder(path)) return false;
  const auto owner = FolderLock::owner(path, lock_name);
  if (owner && told_taken_.insert(run.name).second) {
    say(fmt::format("{}: process {} trains it; waiting until that ends", run.name, *owner));
  }
  return owner.has_value();
}

std::vector<std::string> SweepRunner::command_for(const PlannedRun& run, PlannedState state) const {
  std::vector<std::string> command{jobs_.program, "train"};
  if (state == PlannedState::unfinished) {
    command.insert(command.end(), {"--resume", directory_.run(run)});
    return command;
  }
  command.push_back(directory_.config_file());
  for (const std::string& set : run.sets) command.insert(command.end(), {"--set", set});
  command.insert(command.end(), {"--out", directory_.run(run)});
  return command;
}

/// Waits until a process says something, but not for long: signals may come.
void SweepRunner::read_jobs() {
  std::vector<pollfd> descriptors;
  for (const Job& job : running_) {
    descriptors.push_back({job.process.stderr_descriptor(), POLLIN, 0});
  }
  if (poll(descriptors.data(), descriptors.size(), milliseconds_between_looks) <= 0) return;
  auto descriptor = descriptors.begin();
  for (auto job = running_.begin(); job != running_.end(); ++descriptor) {
    if (descriptor->revents == 0 || job->process.read()) {
      ++job;
    } else {
      end(*job);
      job = running_.erase(job);
    }
  }
}

void SweepRunner::end(Job& job) {
  const int status = job.process.wait();
  const std::string line = job.process.last_line(), time = duration_text(seconds_after(job.start));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    tell(job.run, "finished, " + time + result_text(directory_.run(job.run)));
  } else if (WIFEXITED(status) && WEXITSTATUS(status) == diverged_code) {
    tell(job.run, "diverged, " + time + ": " + line);
  } else if (is_stopping_ && WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL) {
    say(job.run.name + ": interrupted; the same command resumes it");
  } else {
    fail(job.run, exit_text(status) + (line.empty() ? "" : ": " + line));
  }
}

void SweepRunner::fail(const PlannedRun& run, const std::string& how) {
  failed_.push_back(run.name);
  tell(run, "failed: " + how);
  if (jobs_.stop_on_failure) stop(SIGTERM);
}

/// A line for a run that has ended; how long the others may take is a guess from those before.
void SweepRunner::tell(const PlannedRun& run, const std::string& how) {
  ++ended_;
  const size_t all = plan_.runs.size(), here = ended_ - ended_before_;
  std::string line =
      fmt::format("[{:>{}}/{}] {}: {}", ended_, std::to_string(all).size(), all, run.name, how);
  const size_t left = waiting_.size() + running_.size();
  if (here > 1 && left > 1 && !is_stopping_) {
    const double rest =
        seconds_after(start_) / static_cast<double>(here) * static_cast<double>(left - 1);
    line += fmt::format(" (about {} left)", duration_text(rest));
  }
  say(line);
}

void SweepRunner::stop(int signal) {
  waiting_.clear();
  if (is_stopping_) return;
  is_stopping_ = true;
  for (const Job& job : running_) job.process.send(signal);
}

}  // namespace heed

// SweepRunner: trains the runs of a plan, several at a time, each in a process of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <set>
#include <string>
#include <vector>

#include "heed/examples/cli/config/table.h"
#include "heed/examples/cli/sweep/child_process.h"
#include "heed/examples/cli/sweep/planned_state.h"
#include "heed/examples/cli/sweep/sweep_directory.h"

namespace heed {

struct SweepJobs {
  int64_t at_once = 1;
  bool stop_on_failure = false;
  std::string program;  ///< what it calls itself
};

class SweepRunner {
 public:
  SweepRunner(const ConfigTable& table, const SweepDirectory& directory, const SweepPlan& plan,
              SweepJobs jobs);

  /// Starts `heed train` for each run that is absent, and resumes each that is unfinished; waits
  /// for those that another process trains. Says on stderr how each one ends. After a signal (see
  /// SignalWatch) it starts no more, passes the signal on, once, and returns when all have ended.
  /// Returns the names of the runs that failed.
  std::vector<std::string> run();

 private:
  using Clock = std::chrono::steady_clock;
  struct Job {
    Job(const PlannedRun& planned, const std::vector<std::string>& command)
        : run(planned), process(command) {}
    const PlannedRun& run;
    ChildProcess process;
    Clock::time_point start = Clock::now();
  };

  void sort_out();
  void start_jobs();
  bool start_one();
  bool is_taken(const PlannedRun& run);
  std::vector<std::string> command_for(const PlannedRun& run, PlannedState state) const;
  void read_jobs();
  void end(Job& job);
  void fail(const PlannedRun& run, const std::string& how);
  void tell(const PlannedRun& run, const std::string& how);
  void stop(int signal);

  const ConfigTable& table_;
  const SweepDirectory& directory_;
  const SweepPlan& plan_;
  SweepJobs jobs_;
  std::deque<const PlannedRun*> waiting_;
  std::list<Job> running_;
  std::set<std::string> told_taken_;
  std::vector<std::string> failed_;
  size_t ended_before_ = 0, ended_ = 0;
  bool is_stopping_ = false;
  Clock::time_point start_ = Clock::now();
};

}  // namespace heed

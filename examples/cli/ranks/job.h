// The job: this process as one of several ranks, from the first line to the exit code.
#pragma once

#include <string>

#include "heed/examples/cli/ranks/team.h"

namespace heed {

struct JobOptions {
  double rank_timeout;      ///< seconds after which a rank that does not get on ends the job
  bool divides_processors;  ///< how many threads there are is nobody's wish yet
  void (*say)(const std::string& line);  ///< shows a line, from any thread
};

/// Joins the ranks that mpirun has started, and returns the team of this process: without others if
/// it has started none. Ranks that share processors get a part of them each, if so wanted. Throws
/// RankError.
Team& join_job(const JobOptions& options);

/// Whether what all ranks have to say is said here: by rank 0, and by a process that is alone.
bool speaks_for_job();

/// Whether this process has joined other ranks.
bool is_in_job();
/// "rank 1: ", if this process has joined others.
std::string rank_prefix();

/// Collective, if in a job: leaves it. Whatever rank 0 has to write is written when it calls this.
void leave_job();
/// In a job: ends all of it with an exit code; else does nothing.
void fail_job(int code);

}  // namespace heed

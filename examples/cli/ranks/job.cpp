#include "heed/examples/cli/ranks/job.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "heed/examples/cli/ranks/mpi_team.h"
#include "heed/framework/base/parallel.h"
#include "heed/framework/base/processors.h"

namespace heed {
namespace {

std::unique_ptr<MpiTeam> joined_team;
void (*say_line)(const std::string& line) = nullptr;

void report_rank(const char* text) {
  say_line(rank_prefix() + text +
           "; the last checkpoint is whole: resume with heed train --resume");
}

/// The machine and those of its processors that this process may run on.
std::string processors_text() {
  std::array<char, 256> host{};
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  gethostname(host.data(), host.size() - 1);
  sched_getaffinity(0, sizeof allowed, &allowed);
  return host.data() + std::string(reinterpret_cast<const char*>(&allowed), sizeof allowed);
}

/// Divides the processors among the ranks that a launcher has bound to the same ones, as all are if
/// it has bound none.
void share_processors() {
  const std::string mine = processors_text();
  const std::vector<std::string> all = joined_team->texts(mine);
  const auto sharing = static_cast<int>(std::count(all.begin(), all.end(), mine));
  set_num_threads(std::max(1, available_processors() / sharing));
}

}  // namespace

Team& join_job(const JobOptions& options) {
  say_line = options.say;
  const auto launched = launched_rank();
  if (!launched) return no_team();
  joined_team = MpiTeam::join(*launched, options.rank_timeout, report_rank);
  if (options.divides_processors) share_processors();
  return *joined_team;
}

bool speaks_for_job() {
  const auto launched = launched_rank();
  return !launched || launched->rank == 0;
}

bool is_in_job() {
  return joined_team != nullptr;
}

std::string rank_prefix() {
  return joined_team == nullptr ? "" : "rank " + std::to_string(joined_team->rank()) + ": ";
}

void leave_job() {
  if (joined_team != nullptr) joined_team->finish();
  joined_team.reset();
}

void fail_job(int code) {
  if (joined_team != nullptr) joined_team->fail(code);
}

}  // namespace heed

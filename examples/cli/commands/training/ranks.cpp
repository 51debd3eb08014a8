#include "heed/examples/cli/commands/training/ranks.h"

#include <chrono>
#include <thread>
#include <utility>

#include "heed/examples/cli/config/read_config.h"
#include "heed/examples/cli/ranks/job.h"
#include "heed/examples/cli/ranks/mpi_team.h"
#include "heed/examples/cli/runs/checkpoint.h"
#include "heed/examples/cli/runs/run_data.h"
#include "heed/examples/cli/runs/version.h"
#include "heed/examples/cli/training/failure.h"
#include "heed/examples/cli/training/signals.h"

namespace heed {
namespace {

/// Seconds for which data is waited for.
constexpr int most_waiting = 30;

std::string data_text(const Experiment& experiment) {
  return fingerprint_of(*experiment.task).checksum;
}

/// Collective: what rank 0 says.
std::string from_rank_0(Team& team, const std::string& mine) {
  return team.texts(team.leads() ? mine : "").front();
}

Experiment built(const Registry& registry, Team& team, const std::string& config,
                 const std::string& form) {
  std::optional<TaskForm> trained;
  if (!form.empty()) trained = read_task_form(form, "rank 0");
  const std::vector<std::string> no_sets;
  return build_experiment(
      registry, read_config_text(registry.table(), config, "the configuration of rank 0"),
      {"the configuration of rank 0", no_sets, trained ? &*trained : nullptr, team});
}

/// Takes no part in writing. A signal to it is agreed on by all.
class Follower final : public TrainingObserver {
 public:
  void on_step(const StepReport&) override {}
  void on_evaluation(int64_t, const Evaluation&) override {}
};

}  // namespace

void lead_ranks(const Experiment& experiment) {
  Team& team = experiment.trainer->team();
  if (team.is_alone()) return;
  const bool keeps = keeps_words(experiment.config);
  from_rank_0(team, to_json(experiment.config));
  from_rank_0(team, keeps ? to_json(form_of(task_name(experiment.config), *experiment.task)) : "");
  const std::string own_data = from_rank_0(team, data_text(experiment));
  const std::vector<std::string> data = team.texts(own_data);
  const std::vector<std::string> computing = team.texts(version_text());
  for (size_t r = 1; r < data.size(); ++r) {
    if (computing[r] != computing.front()) {
      throw RankError(
          "heed train: rank ", r, " runs ", computing[r], ", rank 0 ", computing.front(),
          ": the bits would depend on the ranks; HEED_SIMD and OPENBLAS_CORETYPE choose "
          "what all machines have, see heed info");
    }
    if (data[r] != own_data) {
      throw RankError("heed train: the data that rank ", r,
                      " reads is not that of rank 0, not even "
                      "after ",
                      most_waiting,
                      " seconds; every machine needs the same files at the "
                      "same paths");
    }
  }
  experiment.trainer->share();
}

Experiment follow_rank_0(const Registry& registry, Team& team) {
  using Clock = std::chrono::steady_clock;
  const std::string config = from_rank_0(team, ""), form = from_rank_0(team, "");
  const std::string data = from_rank_0(team, "");
  const auto end = Clock::now() + std::chrono::seconds(most_waiting);
  while (true) {
    const bool is_last = Clock::now() > end;
    try {
      Experiment experiment = built(registry, team, config, form);
      const std::string own_data = data_text(experiment);
      if (own_data == data || is_last) {
        team.texts(own_data);
        team.texts(version_text());
        experiment.trainer->share();
        return experiment;
      }
    } catch (const Error&) {
      if (is_last) throw;
    }
    team.get_on("waiting for the data of rank", team.rank());
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
}

void train_along(const Experiment& experiment) {
  Follower follower;
  experiment.trainer->run(follower);
  const int signal = SignalWatch::agreed(experiment.trainer->team());
  if (signal != 0) throw Interrupted(signal);
}

void together(const std::function<void()>& work) {
  try {
    work();
  } catch (const Interrupted&) {
    leave_job();
    throw;
  } catch (const DivergedError&) {
    leave_job();
    throw;
  }
  leave_job();
}

}  // namespace heed

// DividedOptimizer: gradients summed over the parts of a batch, and the step that follows, divided
// among the ranks of a team.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "heed/examples/cli/ranks/team.h"
#include "heed/examples/cli/ranks/tree_sum.h"
#include "heed/examples/cli/training/parameter_groups.h"
#include "heed/framework/optim/clip.h"

namespace heed {

/// Of all elements.
int64_t bytes_of(const NamedTensors& tensors);

/// The gradients of one or several parts of a batch, in the order of the parameters; undefined
/// where there is none.
struct PartGradients {
  std::vector<Tensor> tensors;
  PartGradients& operator+=(const PartGradients& other);
};

/// Trains the parameters of a model. Every rank has all parameters; each parameter has an owner,
/// who alone holds the optimizer's state of it, sums its gradient and changes it (ZeRO stage 1,
/// Rajbhandari et al. 2020, by whole parameters so that every optimizer can be divided). Who owns
/// what changes no bit: sums have the order of TreeSum over the parts.
class DividedOptimizer {
 public:
  /// All of these outlive it. Throws KeyError as trained_parameters does.
  DividedOptimizer(const Module& model, const TrainingConfig& config, Team& team);
  DividedOptimizer(const DividedOptimizer&) = delete;
  DividedOptimizer& operator=(const DividedOptimizer&) = delete;

  /// How the parameters are trained, a part for each way.
  const std::vector<TrainedParameters::Part>& parts() const { return whole_.parts; }

  /// Drops all gradients.
  void zero_grad();
  /// Takes what backward() has left in the parameters as the gradients of one part of the batch.
  /// Parts come in order, each rank those of its share.
  void take_part(int64_t part);
  /// Collective, after the parts: from now on the owner of a parameter has its gradient over all of
  /// them. Returns the norm of all gradients together.
  GradNorm sum_parts();
  /// Scales the gradients to a norm of at most `max_norm`, which must be above 0.
  void clip(double max_norm, const GradNorm& norm);
  /// Collective: changes all parameters.
  void step(double lr);

  /// Collective: afterwards state() of rank 0 has everything, until the next step.
  void collect_state();
  /// See Optimizer::state. Of this rank's own parameters, unless all was collected.
  NamedTensors state() const;
  /// Of rank 0 alone: share() then gives each rank its own. Throws ModuleError as
  /// Optimizer::load_state does.
  void load_state(const NamedTensors& state);
  /// Collective: parameters, and the state if rank 0 has loaded one, from rank 0 to all.
  void share();

  /// Of this rank's own parameters.
  NamedTensors own_state() const;
  /// Bytes of the whole state, and of the largest part of it that a rank has.
  int64_t state_bytes() const;
  int64_t most_state_bytes() const;

 private:
  const std::vector<Tensor>& parameters() const { return whole_.optimizer.parameters(); }
  bool owns(size_t parameter) const { return owners_[parameter] == team_.rank(); }
  /// The optimizer of this rank's parameters; nullptr if it has none.
  JointOptimizer* own();
  const JointOptimizer* own() const;
  /// Adds what the ranks have summed; each owner gets the sum.
  PartGradients summed_among_ranks(const std::vector<TreeSum<PartGradients>::Node>& mine);
  std::vector<SquareSum> square_sums();
  /// Collective: the parameters of each owner to all ranks.
  void spread_parameters();
  /// The state as whole_ has it, a rank's part of it, empty.
  NamedTensors state_of(int rank) const;

  const Module& model_;
  const TrainingConfig& config_;
  Team& team_;
  TrainedParameters whole_;            // in a team its state has only shapes
  std::vector<int> owners_;            // of the parameters
  std::vector<int64_t> owned_bytes_;   // of the parameters of each rank
  std::optional<JointOptimizer> own_;  // alone `whole_` is all that is needed
  TreeSum<PartGradients> sum_;
  std::optional<NamedTensors> collected_;  // the whole state, on rank 0
  std::vector<std::byte> sent_, all_;      // of every step: memory that is new costs time
};

}  // namespace heed

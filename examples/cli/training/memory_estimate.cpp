#include "heed/examples/cli/training/memory_estimate.h"

#include <fmt/format.h>

#include <algorithm>

#include "heed/examples/cli/config/text.h"

namespace heed {
namespace {

/// Whether a matrix is looked up by rows instead of multiplied with.
bool is_table(const std::string& path) {
  return path.ends_with("tokens.weight") || path.ends_with("positions.weight") ||
         path.ends_with("queries.weight");
}

/// The numbers that a step keeps for each position. A linear layer gives as many as its matrix has
/// rows; norms, activations and residuals keep about as many again.
int64_t kept_per_position(const Model& model) {
  int64_t outputs = 0;
  for (const auto& [path, tensor] : model.named_parameters()) {
    if (tensor.dim() == 2 && !is_table(path)) outputs += tensor.size(0);
  }
  return 2 * outputs;
}

/// The weights of attentions that hold them all at a time: those with a cache work in pieces.
int64_t kept_per_pair(Model& model) {
  int64_t kept = 0;
  constexpr int64_t scores_scaled_and_weights = 3;
  for (const PlacedAttention& placed : model.attentions()) {
    if (!placed.attention->abilities().caches) kept += scores_scaled_and_weights;
  }
  return kept;
}

/// How many gradients of the whole model there are at a time.
int64_t gradients_held(const Trainer& trainer) {
  const int64_t parts = trainer.config().micro_batches;
  const Team& team = trainer.team();
  int64_t most = 0;
  for (int rank = 0; rank < team.size(); ++rank) {
    const auto [begin, end] = team.share_of(parts, rank);
    const TreeShape shape = tree_shape(parts, begin, end);
    // On their way: what a rank sends, and as much that it receives.
    most = std::max(most,
                    team.is_alone() ? shape.most_held : std::max(shape.most_held, 3 * shape.nodes));
  }
  return most;
}

}  // namespace

MemoryEstimate memory_estimate(const Trainer& trainer) {
  Model& model = trainer.model();
  const TrainingConfig& config = trainer.config();
  const int64_t parts = config.micro_batches, length = model.length;
  const int64_t sequences = (config.batch_size + parts - 1) / parts;
  const int64_t numbers =
      sequences * length * (kept_per_position(model) + length * kept_per_pair(model));
  const int64_t parameters = bytes_of(model.named_parameters());
  return {.parameters = parameters,
          .gradients = parameters * gradients_held(trainer),
          .optimizer = trainer.optimizer().most_state_bytes(),
          .activations = numbers * itemsize(DType::f32)};
}

std::string memory_fault(const MemoryEstimate& estimate, int64_t available) {
  if (estimate.total() <= available) return "";
  const bool is_batch = estimate.activations > estimate.total() / 2;
  return fmt::format(
      "training takes about {} of memory, {} are available: parameters {}, gradients {}, optimizer "
      "{}, activations of a step {}; {}",
      bytes_text(estimate.total()), bytes_text(available), bytes_text(estimate.parameters),
      bytes_text(estimate.gradients), bytes_text(estimate.optimizer),
      bytes_text(estimate.activations),
      is_batch ? "a smaller train.batch_size, more train.micro_batches or shorter sequences help"
               : "a smaller model.d_model, model.d_ff or model.layers helps");
}

}  // namespace heed

// The leak meter: which outputs of a model depend on which tokens, by gradients in f64, and whether
// they may.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "heed/examples/cli/model/model.h"

namespace heed {

/// An output position and an input position, each of a sequence of the batch.
struct PositionPair {
  int64_t output_sequence = 0, output = 0;
  int64_t input_sequence = 0, input = 0;
  const char* kind = "";  ///< what the output must not see, such as "a later token"
  double value = 0;  ///< the largest magnitude among the gradient's elements; NaN if it has one
};

/// Outputs [B, L_1] against one kind of input tokens [B, L].
struct LeakMap {
  std::string tokens;  ///< the path of their embedding
  int64_t B = 0, L_1 = 0, L = 0;
  bool is_causal = false;           ///< an output sees tokens up to its own position alone
  std::vector<bool> allowed = {};   ///< [B, L_1, B, L] in row-major order
  std::vector<double> values = {};  ///< the same: magnitudes of gradients

  size_t at(int64_t b, int64_t i, int64_t c, int64_t j) const {
    return static_cast<size_t>(((b * L_1 + i) * B + c) * L + j);
  }
  int64_t pairs() const { return static_cast<int64_t>(values.size()); }
  int64_t leaks() const;   ///< pairs that are not allowed and not exactly 0
  int64_t unused() const;  ///< pairs that are allowed and exactly 0
  /// The leak with the largest gradient; nothing if there is none.
  std::optional<PositionPair> worst() const;
};

/// The maps of all tokens that the model reads: of the inputs, and with Attends::encoder_decoder of
/// those of its writer. An output may depend on its own sequence up to its length; where the model
/// reads token by token, not on later tokens. Padding may see its own token. The model
/// must be f64 and in evaluation mode. `before_each` is called before each output and may throw.
std::vector<LeakMap> measure_leaks(Model& model, const Batch& batch,
                                   const std::function<void()>& before_each);

/// A picture of a map: a row for each output, a column for each input, at most `most` of each for
/// a sequence: larger maps show several positions in one cell, the worst of them.
std::string leak_picture(const LeakMap& map, int64_t most = 32);

}  // namespace heed

// Naive references for attention under masks, transformer blocks and stacks.
#pragma once

#include <string>
#include <vector>

#include "heed/tests/modules/case/module_case.h"

namespace heed::testing {

/// The masks of a request at one place, score by score.
class NaiveMask {
 public:
  /// That of nothing.
  NaiveMask() = default;
  NaiveMask(const Json& masks, const std::string& place);
  /// What is added to the score of `at` [b, h, i, j]: −∞ where it is blocked.
  double added(const reference::Index& at, int64_t L_1, int64_t L_2) const;

 private:
  struct Part {
    std::string type;
    reference::NdArray values;
    int64_t width = 0;
    bool last_to_last = false;
  };
  static bool blocks(const Part& part, const reference::Index& at, int64_t shift);
  std::vector<Part> parts_;
};

/// What the parts of a block or stack have in common.
struct NaiveTransformer {
  int64_t H;
  bool pre;
  std::string activation = "gelu";
  bool rms = false;
  double eps = 1e-5;
  double dropout = 0;            ///< of residuals and within the feed-forward network
  double attention_dropout = 0;  ///< of weights
  bool train = false;
};

/// MultiHeadAttention with parameters W_Q.weight … in `state`, standing at `path` ("" for a root).
/// A query with nothing to attend to gets zeros before W_O.
ModuleResult multi_head_reference(const NaiveTransformer& with, const ModuleState& state,
                                  const std::string& path,
                                  const std::vector<reference::NdArray>& in, const NaiveMask& mask);

/// A TransformerBlock or, with `memory_mask`, a TransformerBlock. Pre: x + f(norm(x)). Post:
/// norm(x + f(x)). Without memory the attention of a TransformerBlock is to the block's own input.
reference::NdArray block_reference(const NaiveTransformer& with, const ModuleState& state,
                                   const std::string& path, const reference::NdArray& x,
                                   const std::optional<reference::NdArray>& memory,
                                   const NaiveMask& mask, const NaiveMask* memory_mask = nullptr);

/// blocks.0 … and, if the state has one, norm.
reference::NdArray stack_reference(const NaiveTransformer& with, const ModuleState& state,
                                   const std::string& path, const reference::NdArray& x,
                                   const std::optional<reference::NdArray>& memory,
                                   const NaiveMask& mask, const NaiveMask* memory_mask = nullptr);

}  // namespace heed::testing

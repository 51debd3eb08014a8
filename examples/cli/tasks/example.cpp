#include "heed/examples/cli/tasks/example.h"

#include <algorithm>

#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

/// One member of all examples as rows [B, longest], the rest of each row `filler`.
Tensor rows(std::span<const Example> examples, Sequence Example::*member, int64_t filler) {
  size_t longest = 0;
  for (const Example& example : examples) longest = std::max(longest, (example.*member).size());
  std::vector<int64_t> all;
  all.reserve(examples.size() * longest);
  for (const Example& example : examples) {
    const Sequence& row = example.*member;
    all.insert(all.end(), row.begin(), row.end());
    all.insert(all.end(), longest - row.size(), filler);
  }
  return from_values(all, {static_cast<int64_t>(examples.size()), static_cast<int64_t>(longest)});
}

}  // namespace

Sequence shifted(const Sequence& answer, int64_t start) {
  Sequence read{start};
  read.insert(read.end(), answer.begin(), answer.end() - 1);
  return read;
}

Batch batch_of(std::span<const Example> examples) {
  Batch batch{rows(examples, &Example::input, 0), rows(examples, &Example::target, ignored_target)};
  if (!examples.front().answer_input.empty()) {
    batch.decoder_inputs = rows(examples, &Example::answer_input, 0);
  }
  std::vector<int64_t> lengths;
  for (const Example& example : examples) {
    lengths.push_back(static_cast<int64_t>(example.input.size()));
  }
  if (std::adjacent_find(lengths.begin(), lengths.end(), std::not_equal_to<>()) != lengths.end()) {
    batch.lengths = from_values(lengths, {static_cast<int64_t>(lengths.size())});
  }
  return batch;
}

}  // namespace heed

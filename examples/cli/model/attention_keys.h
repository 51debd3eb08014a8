// Keys that several attentions have.
#pragma once

#include "heed/examples/cli/config/key.h"

namespace heed::attention_keys {

inline const Key<int64_t> heads{
    .path = "heads", .fallback = 1, .minimum = 1, .maximum = 1024, .help = "number of heads"};
inline const Key<bool> bias{
    .path = "bias", .fallback = true, .help = "whether projections have a bias"};
inline const Key<double> weights_dropout{
    .path = "dropout",
    .fallback = 0.0,
    .minimum = 0.0,
    .maximum = 0.99,
    .help = "probability that a weight is dropped in training"};

}  // namespace heed::attention_keys

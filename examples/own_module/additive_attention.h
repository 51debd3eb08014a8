// Attention with another score: w·tanh(q + k) instead of q·k. Bahdanau, Cho & Bengio 2015.
#pragma once

#include "heed/heed.h"
#include "heed/modules/linear.h"

struct AdditiveAttention : heed::Layer<AdditiveAttention> {
  heed::Linear query, key, value, score;

  AdditiveAttention(const heed::Slot& slot, int64_t D_1, int64_t D_2, int64_t width)
      : Layer(slot),
        query({this, "query"}, D_1, width),
        key({this, "key"}, D_2, width),
        value({this, "value"}, D_2, D_1),
        score({this, "score"}, width, 1, heed::Bias::none) {}

  heed::Tensor forward(const heed::Tensor& x1, const heed::Tensor& x2) {
    const heed::Tensor q = query(x1).unsqueeze(2);                         // [B, L_1, 1, width]
    const heed::Tensor k = key(x2).unsqueeze(1);                           // [B, 1, L_2, width]
    const heed::Tensor weights = softmax(score(tanh(q + k)).squeeze(-1), -1);  // [B, L_1, L_2]
    return matmul(weights, value(x2));                                     // [B, L_1, D_1]
  }
};

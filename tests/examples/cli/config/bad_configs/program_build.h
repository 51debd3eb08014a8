// Bad configurations of the program itself: what is only wrong together.
#pragma once

#include "heed/tests/examples/cli/config/bad_configs/bad_config.h"

namespace heed::testing {

inline const std::vector<BadConfigClass> bad_together{
    {"keys that contradict each other",
     {
         {"momentum without sgd",
          R"({"task": {"type": "reverse"}, "train": {"momentum": 0.9}})",
          {},
          {"bad.json:1:53: error: train.momentum: means nothing with train.optimizer "
           R"("adamw"; leave it out)"}},
         {"beta1 with sgd",
          R"({"task": {"type": "reverse"}, "train": {"optimizer": "sgd", "beta1": 0.9}})",
          {},
          {"bad.json:1:70: error: train.beta1: means nothing with train.optimizer "
           R"("sgd"; leave it out)"}},
         {"a floor of a constant rate",
          R"({"task": {"type": "reverse"}, "train": {"lr_floor": 0.1}})",
          {},
          {"bad.json:1:53: error: train.lr_floor: means nothing with train.schedule "
           R"("constant"; leave it out)"}},
         {"a source width without a source",
          R"({"task": {"type": "reverse"}, "model": {"d_source": 8}})",
          {},
          {"bad.json:1:53: error: model.d_source: only a task with cross-attention "
           "attends another sequence: 8; leave it out"}},
         {"nesterov without momentum",
          R"({"task": {"type": "reverse"}, "train": {"optimizer": "sgd", "nesterov": true}})",
          {},
          {"bad.json:1:73: error: train.nesterov: needs a train.momentum above 0"}},
         {"beta2 of 1",
          R"({"task": {"type": "reverse"}, "train": {"beta2": 1}})",
          {},
          {"bad.json:1:50: error: train.beta2: must be below 1: 1"}},
         {"beta1 of 1.0",
          R"({"task": {"type": "reverse"}, "train": {"beta1": 1.0}})",
          {},
          {"bad.json:1:50: error: train.beta1: must be below 1: 1"}},
     }},
    {"sizes that do not fit",
     {
         {"three heads in 32",
          R"({"task": {"type": "reverse"}, "model": {"d_model": 32, "attention": {"heads": 3}}})",
          {},
          {"bad.json:1:79: error: model.attention.heads: 3 does not divide d_model 32, "
           "so d_qk has no default; set d_qk and d_v, or other heads"}},
         {"two heads in 7, d_qk given",
          R"({"task": {"type": "reverse"}, "model": {"d_model": 7, "attention": )"
          R"({"heads": 2, "d_qk": 3}}})",
          {},
          {"bad.json:1:78: error: model.attention.heads: 2 does not divide d_model 7, "
           "so d_v has no default; set d_qk and d_v, or other heads"}},
         {"more heads than width",
          R"({"task": {"type": "reverse"}, "model": {"d_model": 4, "attention": {"heads": 8}}})",
          {},
          {"bad.json:1:78: error: model.attention.heads: 8 does not divide d_model 4, "
           "so d_qk has no default; set d_qk and d_v, or other heads"}},
         {"too few sequences",
          R"({"task": {"type": "sort", "symbols": 3, "length": 1}})",
          {},
          {"bad.json:1:51: error: task.length: too few different sequences to hold "
           "some out: symbols 3, length 1; make it larger"}},
         {"four heads in 10",
          R"({"task": {"type": "cross_reverse"}, "model": {"d_model": 10, "attention": )"
          R"({"heads": 4}}})",
          {},
          {"bad.json:1:85: error: model.attention.heads: 4 does not divide d_model 10, "
           "so d_qk has no default; set d_qk and d_v, or other heads"}},
     }},
};

}  // namespace heed::testing

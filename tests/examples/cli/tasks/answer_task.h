// A task for models of an encoder and a decoder, to look at them without training them.
#pragma once

#include <memory>

#include "heed/examples/cli/training/registry.h"
#include "heed/framework/tensor/factories.h"

namespace heed::testing {

/// Says an answer of 3 random symbols to 5, token by token.
struct AnswerTask : Task {
  void add_data_to(Crc32&) const override {}
  TaskShape shape() const override { return {4, 4, 5, Attends::encoder_decoder, 4, 3}; }
  Batch training_batch(int64_t step, int64_t size) const override {
    Rng rng(stream(0, Purpose::data, step));
    return {randint(0, 4, {size, 5}, rng), randint(0, 4, {size, 3}, rng),
            randint(0, 4, {size, 3}, rng)};
  }
  int64_t evaluation_size() const override { return 4; }
  Batch evaluation_batch(int64_t first, int64_t size) const override {
    return training_batch(1000 + first, size);
  }
};

/// Registers it as "answer".
inline void add_answer_task(Registry& registry) {
  registry.tasks.add("answer", "encoder and decoder",
                     [](const TaskSetup&) { return std::make_unique<AnswerTask>(); });
}

}  // namespace heed::testing

#include "heed/examples/cli/inspect/example_batch.h"

#include <vector>

#include "heed/framework/base/random.h"
#include "heed/framework/tensor/factories.h"

namespace heed {

Batch example_batch(const TaskForm& form, int64_t sequences) {
  const TaskShape& shape = form.shape;
  Rng rng(stream(0, Purpose::data));
  Batch batch{randint(0, shape.symbols, {sequences, shape.length}, rng), {}};
  if (form.questions.shortest < shape.length) {
    std::vector<int64_t> lengths(static_cast<size_t>(sequences), shape.length);
    lengths.back() = form.questions.shortest;
    batch.lengths = from_values(lengths, {sequences});
  }
  if (shape.attends == Attends::encoder_decoder) {
    batch.decoder_inputs = randint(0, shape.answer_symbols, {sequences, shape.answer_length}, rng);
    auto* first = batch.decoder_inputs.mutable_data<int64_t>();
    for (int64_t i = 0; i < sequences; ++i)
      first[i * shape.answer_length] = form.questions.answer_start;
  }
  return batch;
}

}  // namespace heed

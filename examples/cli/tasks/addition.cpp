#include <algorithm>

#include "heed/examples/cli/tasks/drawn_task.h"
#include "heed/examples/cli/tasks/sequence_tasks.h"

namespace heed {
namespace {

constexpr int64_t base = 10, plus = 10, equals = 11;

struct AdditionKeys : Keys {
  Value<int64_t> digits{this,
                        {.path = "digits",
                         .fallback = 3,
                         .minimum = 1,
                         .maximum = 256,
                         .help = "number of digits of both numbers, leading zeros included"}};
};

/// A question is the digits of both numbers, each with the least significant one first. So is the
/// sum, and then a digit depends on no later one:
///
///   123 + 989 = 1112 is read as  3 2 1 + 9 8 9 = 2 1 1
///             and answered as     . . . . . . . 2 1 1 1
Example written_sum(const Sequence& question) {
  const auto count = static_cast<int64_t>(question.size()) / 2;
  const int64_t* const second = question.data() + count;
  const int64_t* const end = question.data() + question.size();
  Sequence sum;
  int64_t carry = 0;
  for (int64_t i = 0; i < count; ++i) {
    carry += question[static_cast<size_t>(i)] + second[i];
    sum.push_back(carry % base);
    carry /= base;
  }
  sum.push_back(carry);
  Sequence input(question.data(), second);
  input.push_back(plus);
  input.insert(input.end(), second, end);
  Sequence target(input.size(), ignored_target);
  target.insert(target.end(), sum.begin(), sum.end());
  input.push_back(equals);
  input.insert(input.end(), sum.begin(), sum.end() - 1);
  return {std::move(input), std::move(target)};
}

/// a + b is b + a, so a model that has seen the one knows the other.
Sequence smaller_first(const Sequence& question) {
  const auto second = question.begin() + std::ssize(question) / 2;
  Sequence mirrored(second, question.end());
  mirrored.insert(mirrored.end(), question.begin(), second);
  return std::min(question, mirrored);
}

}  // namespace

void add_addition(Tasks& tasks) {
  tasks.add<AdditionKeys>(
      "addition", "add two numbers, digit by digit from the last one",
      [](const AdditionKeys& keys, const TaskSetup& setup) {
        const int64_t count = keys.digits;
        return std::make_unique<DrawnTask>(
            DrawnExamples{.shape = {base + 2, base, 3 * count + 2, Attends::causal},
                          .possible = count_sequences(base, 2 * count) / 2,
                          .size_key = keys.digits.path(),
                          .sizes = text_of("digits ", count),
                          .draw = [=](Rng& rng) { return draw_sequence(rng, base, 2 * count); },
                          .example = written_sum,
                          .identity = smaller_first,
                          .words = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "+", "="}},
            setup);
      });
}

}  // namespace heed

#include "heed/modules/position_table.h"

#include <cmath>

#include "heed/framework/nn/init.h"
#include "heed/framework/nn/sizes.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/view.h"

namespace heed {
namespace {

/// x + the rows of `table` for its positions.
Tensor add_rows(const char* owner, const Tensor& x, const Tensor& table, int64_t first) {
  if (x.dim() < 2 || x.size(-1) != table.size(1) || x.size(-2) > table.size(0)) {
    throw ShapeError(owner, ": expected [..., L, ", table.size(1), "] with L up to ", table.size(0),
                     ", got ", x.shape());
  }
  if (first < 0 || first > table.size(0) - x.size(-2)) {
    throw ValueError(owner, ": has positions 0 to ", table.size(0) - 1, ", got ", x.size(-2),
                     " from ", first, " on");
  }
  return x + narrow(table, 0, first, x.size(-2));
}

Tensor sinusoids(int64_t max_length, int64_t width) {
  Tensor table = Tensor::empty({max_length, width});
  float* to = table.mutable_data<float>();
  for (int64_t t = 0; t < max_length; ++t) {
    for (int64_t i = 0; i < width; ++i) {
      const double exponent = static_cast<double>(i / 2 * 2) / static_cast<double>(width);
      const double angle = static_cast<double>(t) / std::pow(10000, exponent);
      *to++ = static_cast<float>(i % 2 == 0 ? std::sin(angle) : std::cos(angle));
    }
  }
  return table;
}

}  // namespace

LearnedPositions::LearnedPositions(const Slot& slot, int64_t max_length, int64_t width)
    : Layer(slot),
      weight({this, "weight"},
             {positive("LearnedPositions", "max_length", max_length),
              positive("LearnedPositions", "width", width)},
             init::normal(0.02)) {}

Tensor LearnedPositions::forward(const Tensor& x, int64_t first) {
  return add_rows("LearnedPositions", x, weight, first);
}

SinusoidalPositions::SinusoidalPositions(const Slot& slot, int64_t max_length, int64_t width)
    : Layer(slot),
      table({this, "table"}, sinusoids(positive("SinusoidalPositions", "max_length", max_length),
                                       positive("SinusoidalPositions", "width", width))) {}

Tensor SinusoidalPositions::forward(const Tensor& x, int64_t first) {
  return add_rows("SinusoidalPositions", x, table, first);
}

PositionTable::PositionTable(const Slot& slot, const PositionTableKind& kind, int64_t max_length,
                             int64_t width)
    : Layer(slot),
      table(kind.make ? kind.make({this, kind.name}, max_length, width) : AnyPositionTable()) {}

Tensor PositionTable::forward(const Tensor& x, int64_t first) {
  return table ? table(x, first) : x;
}

}  // namespace heed

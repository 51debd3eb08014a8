// Position tables: rows that are added to embeddings, to tell attention, which sees a set, where
// each of them is.
#pragma once

#include <functional>
#include <string>

#include "heed/framework/nn/any_module.h"

namespace heed {

/// x [..., L, width] + weight[first … first + L − 1], learned rows for up to `max_length`
/// positions, initially normal with deviation 0.02.
struct LearnedPositions : Layer<LearnedPositions> {
  Parameter weight;  ///< [max_length, width]

  /// Throws ValueError unless both sizes are at least 1.
  LearnedPositions(const Slot& slot, int64_t max_length, int64_t width);
  /// [B, L, width] plus rows first … first + L − 1. Throws ShapeError for longer sequences and
  /// ValueError for rows that the table does not have.
  Tensor forward(const Tensor& x, int64_t first = 0);
};

/// x [..., L, width] + sines and cosines of geometrically falling frequencies: at position t,
/// column 2i is sin(t / 10000^(2i/width)) and column 2i + 1 the cosine; x starts at position
/// `first`. Vaswani et al. 2017, §3.5.
struct SinusoidalPositions : Layer<SinusoidalPositions> {
  Buffer table;  ///< [max_length, width]

  /// Throws ValueError unless both sizes are at least 1.
  SinusoidalPositions(const Slot& slot, int64_t max_length, int64_t width);
  /// [B, L, width] plus rows first … first + L − 1. Throws ShapeError for longer sequences and
  /// ValueError for rows that the table does not have.
  Tensor forward(const Tensor& x, int64_t first = 0);
};

/// x [..., L, width], whose first row is at position `first` → the same shape
using AnyPositionTable = AnyModule<Tensor(const Tensor& x, int64_t first)>;

/// A kind of position table and its name in the tree, such as "learned".
struct PositionTableKind {
  std::string name;  ///< as in the configuration
  /// Empty for no table: then the attention itself must tell positions apart.
  std::function<AnyPositionTable(const Slot& slot, int64_t max_length, int64_t width)> make = {};
};

/// The kind whose class is `Table`.
template <class Table>
PositionTableKind position_table_kind(const std::string& name) {
  return {name, [](const Slot& slot, int64_t max_length, int64_t width) {
            return make_any<AnyPositionTable, Table>(slot, max_length, width);
          }};
}

/// A table of any kind, or none.
struct PositionTable : Layer<PositionTable> {
  AnyPositionTable table;  ///< none: x stays as it is

  /// Makes the table of this kind, under its name.
  PositionTable(const Slot& slot, const PositionTableKind& kind, int64_t max_length, int64_t width);
  /// [B, L, width] plus rows first … first + L − 1, if there is a table.
  Tensor forward(const Tensor& x, int64_t first = 0);
};

}  // namespace heed

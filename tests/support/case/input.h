// Inputs of samples: a shape and what values to fill it with. Deterministic.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "heed/framework/tensor/tensor.h"
#include "heed/tests/support/case/nd_array.h"

namespace heed::testing {

using Sizes = std::vector<int64_t>;  ///< of an input, outermost first

/// One input of a sample. Floating values are multiples of 2⁻⁸, so f32 holds them exactly; those of
/// `shifted` stand half-way between.
struct Input {
  /// Which values: those of the function of that name.
  enum class Kind {
    absent,     ///< none: left out
    any,        ///< in [−2, 2]
    shifted,    ///< like any, and never equal to one of those
    positive,   ///< in [0.25, 2.25]
    nonzero,    ///< |x| in [0.25, 2.25]
    unit,       ///< in [−15/16, 15/16]
    above_one,  ///< in [1.25, 3.25]
    distinct,   ///< all different
    indices,    ///< i64 in [0, limit)
    boolean,    ///< truth values
    listed,     ///< `values`
    typed       ///< any values, always of `dtype`
  };
  Kind kind = Kind::absent;         ///< which values
  Sizes shape = {};                 ///< outermost first
  int64_t limit = 0;                ///< of indices
  std::vector<double> values = {};  ///< if listed
  DType dtype = DType::f64;         ///< if typed or listed

  /// Has the dtype that the sample is run with.
  bool is_floating() const;
};

Input any(Sizes shape);        ///< in [−2, 2]
Input shifted(Sizes shape);    ///< like any, and never equal to one of those values
Input positive(Sizes shape);   ///< in [0.25, 2.25]
Input nonzero(Sizes shape);    ///< |x| in [0.25, 2.25]: away from poles and kinks at 0
Input unit(Sizes shape);       ///< in [−15/16, 15/16]
Input above_one(Sizes shape);  ///< in [1.25, 3.25]
Input distinct(Sizes shape);   ///< all different, a permutation of steps of 1/8 around 0
Input bools(Sizes shape);      ///< truth values
Input indices(int64_t limit, Sizes shape);                   ///< i64 in [0, limit)
Input listed(std::vector<double> values, Sizes shape);       ///< floating
Input integers_of(std::vector<double> values, Sizes shape);  ///< i64
Input bools_of(std::vector<double> values, Sizes shape);     ///< truth values, of 0 and 1
Input absent();                                              ///< an optional input left out
Input of_type(DType dtype,
              Sizes shape);  ///< any values of one dtype, whatever the sample is run with

/// The values of the input; none if absent. With `whole`, floating values are rounded to integers
/// (for runs in i64 and bool).
std::optional<reference::NdArray> array_of(const Input& input, uint64_t seed, bool whole = false);

/// A row-major tensor of the array; undefined for none.
Tensor tensor_of(const std::optional<reference::NdArray>& array, DType dtype);
/// The dtype of the input in a run where floating inputs have `floating`.
DType dtype_of_input(const Input& input, DType floating);

/// All elements as doubles in row-major order.
reference::NdArray array_of(const Tensor& tensor);

}  // namespace heed::testing

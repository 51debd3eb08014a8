// The four element types, and the one place that turns a run-time dtype into a C++ type.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <limits>
#include <string>
#include <utility>

#include "heed/framework/base/error.h"

namespace heed {

/// Element types: f32 to train, f64 to check, i64 for token ids and indices, boolean for masks.
enum class DType : uint8_t {
  f32,      ///< float
  f64,      ///< double
  i64,      ///< int64_t
  boolean,  ///< bool
};

/// The name users write: "f32", "f64", "i64", "bool".
const char* name_of(DType dtype);
/// Appends the name, as messages are made.
void append_text(std::string& text, DType dtype);
std::ostream& operator<<(std::ostream& stream, DType dtype);

/// Bytes of one element.
int64_t itemsize(DType dtype);

/// The largest finite number of a floating dtype.
inline double largest_of(DType dtype) {
  return dtype == DType::f32 ? double{std::numeric_limits<float>::max()}
                             : std::numeric_limits<double>::max();
}

/// The smallest positive number of a floating dtype that has all its digits.
inline double smallest_normal_of(DType dtype) {
  return dtype == DType::f32 ? double{std::numeric_limits<float>::min()}
                             : std::numeric_limits<double>::min();
}

/// f32 or f64: what can have a gradient.
inline bool is_floating(DType dtype) {
  return dtype == DType::f32 || dtype == DType::f64;
}

/// The dtype whose elements are of the C++ type T.
template <class T>
extern const DType dtype_of;
/// For `float`.
template <>
inline constexpr DType dtype_of<float> = DType::f32;
/// For `double`.
template <>
inline constexpr DType dtype_of<double> = DType::f64;
/// For `int64_t`.
template <>
inline constexpr DType dtype_of<int64_t> = DType::i64;
/// For `bool`.
template <>
inline constexpr DType dtype_of<bool> = DType::boolean;

/// Calls `body.operator()<T>()` with the C++ type of `dtype`: `visit(dtype, [&]<class T>() {…})`.
template <class Body>
decltype(auto) visit(DType dtype, Body&& body) {
  switch (dtype) {
    case DType::f32:
      return body.template operator()<float>();
    case DType::f64:
      return body.template operator()<double>();
    case DType::i64:
      return body.template operator()<int64_t>();
    case DType::boolean:
      break;
  }
  return body.template operator()<bool>();
}

/// Throws DTypeError naming `op` unless `dtype` is f32 or f64.
void check_floating(const char* op, DType dtype);
/// Throws DTypeError naming `op` unless `dtype` is f32, f64 or i64.
void check_number(const char* op, DType dtype);

/// Throws ValueError naming `op` if `value`, a number beside an i64 tensor, is not representable as
/// i64: it would be cut to one silently. Other dtypes take any number.
void check_value_fits(const char* op, DType dtype, double value);

/// As `visit`, for f32 and f64 only; others throw a DTypeError naming `op`.
template <class Body>
decltype(auto) visit_floating(const char* op, DType dtype, Body&& body) {
  check_floating(op, dtype);
  if (dtype == DType::f32) return body.template operator()<float>();
  return body.template operator()<double>();
}

/// As `visit`, for f32, f64 and i64; bool throws a DTypeError naming `op`.
template <class Body>
decltype(auto) visit_number(const char* op, DType dtype, Body&& body) {
  check_number(op, dtype);
  if (dtype == DType::i64) return body.template operator()<int64_t>();
  return visit_floating(op, dtype, std::forward<Body>(body));
}

}  // namespace heed

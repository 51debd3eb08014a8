#include "heed/framework/tensor/dtype.h"

#include <cmath>
#include <ostream>

namespace heed {

const char* name_of(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return "f32";
    case DType::f64:
      return "f64";
    case DType::i64:
      return "i64";
    case DType::boolean:
      break;
  }
  return "bool";
}

void append_text(std::string& text, DType dtype) {
  text += name_of(dtype);
}

std::ostream& operator<<(std::ostream& stream, DType dtype) {
  return stream << name_of(dtype);
}

int64_t itemsize(DType dtype) {
  return visit(dtype, []<class T>() { return static_cast<int64_t>(sizeof(T)); });
}

void check_floating(const char* op, DType dtype) {
  if (is_floating(dtype)) return;
  throw DTypeError(op, ": takes f32 or f64, got ", dtype, "; write .to(DType::f32)");
}

void check_number(const char* op, DType dtype) {
  if (dtype != DType::boolean) return;
  throw DTypeError(op, ": takes numbers, got bool; write .to(DType::f32) or .to(DType::i64)");
}

void check_value_fits(const char* op, DType dtype, double value) {
  if (dtype != DType::i64) return;
  if (value >= -0x1p63 && value < 0x1p63 && std::trunc(value) == value) return;
  throw ValueError(
      op, ": ", value,
      " is not representable as i64, the dtype of the tensor; write .to(DType::f32) on it");
}

}  // namespace heed

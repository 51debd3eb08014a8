// Errors. Every message reads `<op or module path>: <rule broken>: <values with shapes>[; hint]`.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

namespace heed {

/// Appends `value` to `text` as a person would write it. Types with a text form of their own
/// (Shape, DType, …) add an overload beside their definition; it is found by their namespace.
inline void append_text(std::string& text, std::string_view value) {
  text += value;
}
void append_text(std::string& text, double value);  ///< shortest form that reads back equal
template <class T>
requires(std::is_integral_v<T> && !std::is_same_v<T, char>) void append_text(std::string& text,
                                                                             T value) {
  if constexpr (std::is_same_v<T, bool>) {
    text += value ? "true" : "false";
  } else {
    text += std::to_string(value);
  }
}

/// All parts as one text: `text_of("dim ", 3, " of ", shape)`.
template <class... Parts>
std::string text_of(const Parts&... parts) {
  std::string text;
  (append_text(text, parts), ...);
  return text;
}

/// Base of everything heed throws.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// ` (in encoder.blocks.0)` if the calling thread is inside a module (base/scope.h), else nothing.
std::string place_of_error();

/// An error type whose constructor takes the parts of its message: `ShapeError("view: ", shape)`.
/// The path of the module in which it is thrown is added at the end.
template <class Self>
class TextError : public Error {
 public:
  /// The parts are joined as text; " (in PATH)" follows if a module is being called.
  template <class... Parts>
  explicit TextError(const Parts&... parts) : Error(text_of(parts...) + place_of_error()) {}
};

/// Shapes or strides that do not fit the operation.
struct ShapeError : TextError<ShapeError> {
  using TextError::TextError;
};
/// A dtype that the operation does not take, or two that differ.
struct DTypeError : TextError<DTypeError> {
  using TextError::TextError;
};
/// An argument out of its range.
struct ValueError : TextError<ValueError> {
  using TextError::TextError;
};
/// An index out of its range.
struct IndexError : TextError<IndexError> {
  using TextError::TextError;
};
/// A misuse of the graph: backward twice, a changed saved tensor, a gradient of the wrong shape.
struct GradientError : TextError<GradientError> {
  using TextError::TextError;
};
/// A fault of the module tree: a name taken twice, a state that does not fit.
struct ModuleError : TextError<ModuleError> {
  using TextError::TextError;
};

}  // namespace heed

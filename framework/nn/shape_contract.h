// Shape contracts: comments on shapes that cannot lie.
//
//   Dims d{"MyMHA", {{"D_1", D_1}, {"H", H}}};
//   d.check(x1, "B L_1 D_1");   // B and L_1 are bound here; D_1 must agree
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "heed/framework/tensor/tensor.h"

namespace heed {

/// Letters and their sizes, in one call of one module. A letter is bound when first seen. A product
/// such as "H*D_v" is of letters that are known; a number stands for itself; "... D" has any axes
/// in front. Allocates nothing unless it throws.
class Dims {
 public:
  /// A name and the size that it has stood for so far.
  struct Letter {
    std::string_view name;  ///< as in the texts
    int64_t size;           ///< of the first tensor that had it
  };
  /// Contracts with more different letters are refused.
  static constexpr size_t max_letters = 16;

  /// `owner` names the module in messages. Texts are string literals: they are not copied.
  Dims(std::string_view owner, std::initializer_list<Letter> letters);

  /// Returns `x` if its shape is `pattern`, letters with single spaces between. Throws ShapeError
  /// with all letters and their sizes if the rank or a size differs. Tells the OpObserver.
  const Tensor& check(const Tensor& x, std::string_view pattern);

  /// The size of a letter. Throws ShapeError if it is not known.
  int64_t operator[](std::string_view letter) const;

 private:
  const Letter* find(std::string_view name) const;
  bool fits(std::string_view size_text, bool is_product, int64_t size);
  int64_t value_of(std::string_view factor) const;
  void bind(std::string_view name, int64_t size);
  [[noreturn]] void fail(const Tensor& x, std::string_view pattern) const;

  std::string_view owner_;
  std::array<Letter, max_letters> letters_;
  size_t count_ = 0;
};

}  // namespace heed

#include "heed/framework/nn/shape_contract.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "heed/framework/autograd/trace.h"

namespace heed {
namespace {

/// a == b for names of a few letters, without a call.
bool is_same_name(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

}  // namespace

Dims::Dims(std::string_view owner, std::initializer_list<Letter> letters) : owner_(owner) {
  for (const Letter& letter : letters) bind(letter.name, letter.size);
}

const Dims::Letter* Dims::find(std::string_view name) const {
  for (size_t i = 0; i < count_; ++i) {
    if (is_same_name(letters_[i].name, name)) return &letters_[i];
  }
  return nullptr;
}

void Dims::bind(std::string_view name, int64_t size) {
  if (count_ == max_letters) throw ShapeError(owner_, ": a contract has at most 16 letters");
  letters_[count_++] = {name, size};
}

int64_t Dims::value_of(std::string_view factor) const {
  if (factor.empty() || factor[0] < '0' || factor[0] > '9') return (*this)[factor];
  int64_t number = 0;
  const auto [end, error] = std::from_chars(factor.data(), factor.data() + factor.size(), number);
  if (error == std::errc()) return number;
  throw ShapeError(owner_, ": ", factor, " is not a size");
}

bool Dims::fits(std::string_view text, bool is_product, int64_t size) {
  if (!is_product && text[0] > '9') {
    if (const Letter* letter = find(text)) return letter->size == size;
    bind(text, size);
    return true;
  }
  int64_t product = 1;
  bool is_zero = false, overflows = false;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('*', begin), text.size());
    const int64_t factor = value_of(text.substr(begin, end - begin));
    is_zero |= factor == 0;
    overflows |= __builtin_mul_overflow(product, factor, &product);
    begin = end + 1;
  }
  if (is_zero) return size == 0;
  return !overflows && product == size;  // no tensor has a size beyond the integers
}

const Tensor& Dims::check(const Tensor& x, std::string_view whole) {
  size_t at = 0;
  int64_t d = 0;
  if (whole.starts_with("... ")) {
    at = 4;
    d = x.dim() - 1 - std::count(whole.begin() + 4, whole.end(), ' ');
    if (d < 0) fail(x, whole);
  }
  for (; at < whole.size(); ++at, ++d) {
    const size_t begin = at;
    bool is_product = false;
    for (; at < whole.size() && whole[at] != ' '; ++at) is_product |= whole[at] == '*';
    const std::string_view size(whole.data() + begin, at - begin);
    if (size.empty() || d >= x.dim() || !fits(size, is_product, x.shape()[d])) fail(x, whole);
  }
  if (d != x.dim()) fail(x, whole);
  if (OpObserver* const observer = TraceScope::observer()) observer->on_axes(x, whole);
  return x;
}

int64_t Dims::operator[](std::string_view name) const {
  if (const Letter* letter = find(name)) return letter->size;
  throw ShapeError(owner_, ": the letter ", name, " has no size yet");
}

void Dims::fail(const Tensor& x, std::string_view pattern) const {
  std::string table;
  for (size_t i = 0; i < count_; ++i) {
    table += text_of(i == 0 ? "" : ", ", letters_[i].name, " = ", letters_[i].size);
  }
  throw ShapeError(owner_, ": expected [", pattern, "], got ", x.shape(), " where ", table);
}

}  // namespace heed

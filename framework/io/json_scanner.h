// JsonScanner: the little of JSON that the header of a safetensors file may hold, token by token.
// It builds no tree, so that memory is bounded by what the format keeps: a hundred megabytes of
// brackets cost nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace heed {

/// Throws IoError naming the file, the byte of the header, and what was expected and found.
class JsonScanner {
 public:
  /// `text` must be valid UTF-8.
  JsonScanner(std::string_view text, std::string_view file) : text_(text), file_(file) {}

  /// Reads an object: each(key) for every member, which must read its value.
  template <class Each>
  void object(const Each& each) {
    list('{', '}', [&] {
      std::string key = string();
      expect(':');
      each(std::move(key));
    });
  }
  /// Reads an array: each() for every element, which must read it.
  template <class Each>
  void array(const Each& each) {
    list('[', ']', each);
  }
  /// Steps over `token` if it comes next, after any white space.
  bool take(char token);
  /// Steps over `token`, which must come next.
  void expect(char token);
  /// A string, its escapes resolved.
  std::string string();
  /// A number without sign, fraction and exponent.
  uint64_t integer();
  /// Nothing but spaces may follow.
  void end();

 private:
  template <class Each>
  void list(char open, char close, const Each& each) {
    expect(open);
    if (take(close)) return;
    do each();
    while (take(','));
    expect(close);
  }
  void skip_space();
  uint32_t hexadecimal_unit();
  char32_t escaped_code_point();
  void append_escape(std::string& to);
  [[noreturn]] void fail(std::string_view expected) const;

  std::string_view text_;
  std::string_view file_;
  size_t at_ = 0;
};

}  // namespace heed

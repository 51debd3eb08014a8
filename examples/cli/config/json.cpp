#include "heed/examples/cli/config/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "heed/examples/cli/config/text.h"

namespace heed {
namespace {

constexpr std::string_view space = " \t\r\n";
constexpr int most_overflows = 10;  ///< each costs one more parse

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' ||
         c == '-' || c == '.' || c == '_';
}

/// What lies between two marks; without the first mark nothing, without the last one all the rest.
std::string_view between(std::string_view text, std::string_view first, std::string_view last) {
  const size_t start = text.find(first);
  if (start == text.npos) return "";
  text.remove_prefix(start + first.size());
  return text.substr(0, text.find(last));
}

/// Why a bare word is no JSON value.
std::string word_hint(std::string_view word) {
  std::string plain(word.substr(word.find_first_not_of("+-") == 1 ? 1 : 0));
  for (char& c : plain) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (plain == "nan" || plain == "inf" || plain == "infinity") return "a number must be finite";
  if (plain == "true" || plain == "false" || plain == "null") return "write it as " + plain;
  if (plain == "none") return "write it as null";
  if (std::string_view("0123456789.+-").find(plain[0]) != std::string_view::npos) {
    return "a number looks like 3, -0.5 or 1e-3";
  }
  return "a string takes double quotes";
}

/// Grows the tree from the events of nlohmann's parser and follows in the text where they are:
/// a token starts after the space and the separator that follow the one before.
class TreeBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit TreeBuilder(std::string_view text) : text_(text) {}

  JsonValue root;
  std::optional<JsonError> error;
  size_t overflow_size = 0;  ///< bytes of the number at the error, if all that is wrong is its size

  bool null() override { return add_word(JsonValue::Kind::null); }
  bool boolean(bool) override { return add_word(JsonValue::Kind::boolean); }
  bool number_integer(int64_t) override { return add_word(JsonValue::Kind::number); }
  bool number_unsigned(uint64_t) override { return add_word(JsonValue::Kind::number); }
  bool number_float(double, const std::string&) override {
    return add_word(JsonValue::Kind::number);
  }
  bool string(std::string& content) override {
    step_over_string();
    add(JsonValue::Kind::string, std::move(content));
    return true;
  }
  bool binary(std::vector<uint8_t, std::allocator<uint8_t>>&) = delete;

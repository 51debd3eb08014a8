#include "heed/examples/cli/config/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
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
  return "strings need double quotes";
}

/// Grows the tree from the events of nlohmann's parser and follows in the text where they are:
/// a token starts after the space and the separator that follow the one before.
class TreeBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit TreeBuilder(std::string_view text) : text_(text) {}

  JsonValue root{};
  std::optional<JsonError> error{};
  size_t overflow_size = 0;  ///< bytes of the number at the error, if only its size is wrong

  bool null() override { return add_literal(JsonValue::Kind::null); }
  bool boolean(bool) override { return add_literal(JsonValue::Kind::boolean); }
  bool number_integer(number_integer_t) override { return add_literal(JsonValue::Kind::number); }
  bool number_unsigned(number_unsigned_t) override { return add_literal(JsonValue::Kind::number); }
  bool number_float(number_float_t, const string_t&) override {
    return add_literal(JsonValue::Kind::number);
  }
  bool string(string_t& content) override {
    add(JsonValue::Kind::string).text = std::move(content);
    return true;
  }
  bool binary(binary_t&) override { return false; }  // no JSON text has it
  bool start_object(size_t) override { return open(JsonValue::Kind::object); }
  bool end_object() override { return close(); }
  bool start_array(size_t) override { return open(JsonValue::Kind::array); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    step();
    next_.name = std::move(name);
    next_.name_offset = start_;
    return true;
  }

  /// `read` bytes were read, one more than there are at the end of the text.
  bool parse_error(size_t read, const std::string&,
                   const nlohmann::json::exception& thrown) override {
    const size_t at = next_start(read - 1);
    constexpr int number_overflow = 406;
    if (thrown.id == number_overflow) {
      overflow_size = read - at;
      return refuse(at, "must be a number that fits in a 64-bit float: found " +
                            printable(text_.substr(at, overflow_size)));
    }
    // nlohmann takes 007 for 0, 0 and 7.
    const std::string_view last = word(start_);
    if (at == end_ && !last.empty() && !nlohmann::json::accept(last)) return refuse_word(start_);
    if (at == text_.size()) return refuse_end();
    if (text_[at] == '/' || text_[at] == '#') {
      return refuse(at, R"(a comment: JSON has none; write it under "about")");
    }
    const std::string_view context = between(thrown.what(), "while parsing ", " - ");
    const std::string_view reason = between(thrown.what(), " - ", "; ");
    const std::string_view string_reason = between(reason, "invalid string: ", "; ");
    if (!string_reason.empty()) return refuse_string(at, read - 1, std::string(string_reason));
    return refuse_token(at, context);
  }

 private:
  bool refuse(size_t offset, const std::string& message) {
    error.emplace(offset, message);
    return false;
  }

  bool refuse_word(size_t at) {
    return refuse(at,
                  "not a JSON value: found " + in_quotes(word(at)) + "; " + word_hint(word(at)));
  }

  bool refuse_end() {
    if (open_.empty()) {
      return refuse(text_.size(), "the text is empty; it must hold an object");
    }
    const size_t opened = open_.back()->offset;
    return refuse(text_.size(),
                  fmt::format("the text ends too early: the \"{}\" of line {} is not closed",
                              text_[opened], position_of(text_, opened).line));
  }

  bool refuse_string(size_t opened, size_t at, const std::string& reason) {
    if (at == text_.size() || text_[at] == '\n' || text_[at] == '\r') {
      return refuse(opened, "a string without its closing quote on the same line");
    }
    std::string hint;
    if (reason.starts_with("forbidden character")) hint = R"(; a backslash itself is written \\)";
    if (reason.starts_with("surrogate")) hint = "; write the character itself";
    return refuse(at, "in a string: " + reason + hint);
  }

  /// A token that is at most in the wrong place; `context` is what nlohmann was parsing.
  bool refuse_token(size_t at, std::string_view context) {
    const size_t before = text_.substr(0, at).find_last_not_of(space);
    if ((text_[at] == '}' || text_[at] == ']') && before != text_.npos && text_[before] == ',') {
      return refuse(before, fmt::format("a trailing comma before \"{}\"", text_[at]));
    }
    std::string wanted = "a value";
    if (context == "object") wanted = R"("," or "}")";
    if (context == "array") wanted = R"("," or "]")";
    if (context == "object key") wanted = "a name in double quotes";
    if (context == "object separator") wanted = "\":\" after the name " + in_quotes(next_.name);
    if (context == "value") {
      if (open_.empty() && end_ > 0) {
        wanted = "the end of the text";
      } else if (text_[at] == '\'') {
        return refuse(at, "strings need double quotes: found '");
      } else if (!word(at).empty()) {
        return refuse_word(at);
      }
    }
    return refuse(at, "expected " + wanted + ": found " + found(at));
  }

  std::string_view word(size_t at) const {
    const size_t end = static_cast<size_t>(
        std::find_if_not(text_.begin() + static_cast<std::ptrdiff_t>(at), text_.end(), is_word) -
        text_.begin());
    return text_.substr(at, end - at);
  }

  /// What is there, for a message.
  std::string found(size_t at) const {
    if (text_[at] == '"') return "a string";
    if (!word(at).empty()) return in_quotes(word(at));
    size_t end = at + 1;
    while (end < text_.size() && (text_[end] & 0xC0) == 0x80) ++end;
    return in_quotes(text_.substr(at, end - at));
  }

  /// Where the token after the last one starts, `latest` at most.
  size_t next_start(size_t latest) const {
    size_t at = end_;
    while (at < latest && std::string_view(" \t\r\n,:").find(text_[at]) != text_.npos) ++at;
    return at;
  }

  /// Steps over the next token, which nlohmann has found valid.
  void step() {
    start_ = next_start(text_.size());
    end_ = start_ + std::max<size_t>(word(start_).size(), 1);
    if (text_[start_] != '"') return;
    while (text_[end_] != '"') end_ += text_[end_] == '\\' ? 2 : 1;
    ++end_;
  }

  /// Hangs the value that starts with the next token into the tree.
  JsonValue& add(JsonValue::Kind kind) {
    step();
    JsonValue& value = open_.empty() ? root : open_.back()->children.emplace_back();
    value = std::exchange(next_, {});
    if (!open_.empty() && open_.back()->kind == JsonValue::Kind::array) {
      value.name = std::to_string(open_.back()->children.size() - 1);
    }
    value.kind = kind;
    value.offset = start_;
    return value;
  }

  bool add_literal(JsonValue::Kind kind) {
    JsonValue& value = add(kind);
    value.text = text_.substr(start_, end_ - start_);
    return true;
  }

  bool open(JsonValue::Kind kind) {
    JsonValue& value = add(kind);
    if (open_.size() == json_depth_limit) {
      return refuse(start_, fmt::format("nested too deep: more than {} levels", json_depth_limit));
    }
    open_.push_back(&value);
    return true;
  }

  bool close() {
    step();
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  size_t start_ = 0;              ///< of the last token
  size_t end_ = 0;                ///< of the last token
  JsonValue next_{};              ///< holds the name of the value that comes next
  std::vector<JsonValue*> open_;  ///< objects and arrays, the outermost first
};

class TextWriter {
 public:
  explicit TextWriter(bool breaks_lines) : breaks_lines_(breaks_lines) {}

  std::string text{};

  void write(const JsonValue& value, size_t depth = 0) {
    switch (value.kind) {
      case JsonValue::Kind::null:
        text += "null";
        return;
      case JsonValue::Kind::boolean:
      case JsonValue::Kind::number:
        text += value.text;
        return;
      case JsonValue::Kind::string:
        return write_string(value.text);
      case JsonValue::Kind::array:
        return write_children(value, "[]", depth);
      case JsonValue::Kind::object:
        return write_children(value, "{}", depth);
    }
  }

 private:
  void write_string(const std::string& content) {
    text += nlohmann::json(content).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }

  void write_children(const JsonValue& value, const char* brackets, size_t depth) {
    text += brackets[0];
    for (const JsonValue& child : value.children) {
      if (&child != &value.children.front()) text += ',';
      start_line(depth + 1);
      if (value.kind == JsonValue::Kind::object) {
        write_string(child.name);
        text += breaks_lines_ ? ": " : ":";
      }
      write(child, depth + 1);
    }
    if (!value.children.empty()) start_line(depth);
    text += brackets[1];
  }

  void start_line(size_t depth) {
    if (breaks_lines_) text.append(1, '\n').append(2 * depth, ' ');
  }

  bool breaks_lines_;
};

}  // namespace

JsonValue::JsonValue(bool value) : kind(Kind::boolean), text(value ? "true" : "false") {}

JsonValue::JsonValue(double value) {
  if (!std::isfinite(value)) return;
  kind = Kind::number;
  text = nlohmann::json(value).dump();
}

JsonValue::JsonValue(std::initializer_list<JsonMember> members) : kind(Kind::object) {
  for (const auto& [member_name, value] : members) add(member_name, value);
}

JsonValue& JsonValue::add(std::string member_name, JsonValue value) {
  kind = Kind::object;
  children.push_back(std::move(value));
  children.back().name = std::move(member_name);
  return *this;
}

const JsonValue* JsonValue::find(std::string_view member_name) const {
  if (kind != Kind::object && kind != Kind::array) return nullptr;
  const auto found = std::find_if(children.begin(), children.end(), [&](const JsonValue& member) {
    return member.name == member_name;
  });
  return found == children.end() ? nullptr : &*found;
}

const JsonValue* JsonValue::at(std::string_view path) const {
  const size_t dot = path.find('.');
  const JsonValue* member = find(path.substr(0, dot));
  return member == nullptr || dot == path.npos ? member : member->at(path.substr(dot + 1));
}

bool JsonValue::erase(std::string_view path) {
  if (kind != Kind::object && kind != Kind::array) return false;
  const size_t dot = path.find('.');
  const std::string_view member_name = path.substr(0, dot);
  if (dot == path.npos) {
    return std::erase_if(children,
                         [&](const JsonValue& child) { return child.name == member_name; }) > 0;
  }
  bool erased = false;
  for (JsonValue& child : children) {
    if (child.name == member_name && child.erase(path.substr(dot + 1))) erased = true;
  }
  return erased;
}

std::string json_text(const JsonValue& value) {
  TextWriter writer(false);
  writer.write(value);
  return std::move(writer.text);
}

std::string json_line(const JsonValue& value) {
  return json_text(value) + "\n";
}

std::string json_file(const JsonValue& value) {
  TextWriter writer(true);
  writer.write(value);
  return writer.text + "\n";
}

JsonValue read_json(std::string_view text, size_t most_bytes) {
  if (text.size() > most_bytes) {
    throw JsonError(0, fmt::format("too large: more than {} bytes", most_bytes));
  }
  if (text.starts_with("\xEF\xBB\xBF")) {
    throw JsonError(0, "starts with a byte order mark; save it as UTF-8 without one");
  }
  if (const size_t bad = first_invalid_utf8(text); bad < text.size()) {
    throw JsonError(bad, fmt::format("not UTF-8: found the byte 0x{:02X}",
                                     static_cast<unsigned>(static_cast<unsigned char>(text[bad]))));
  }
  if (const size_t zero = text.find('\0'); zero < text.size()) {  // nlohmann would stop there
    throw JsonError(zero, "a zero byte; save the text as UTF-8");
  }
  std::string readable(text);  // nlohmann refuses a number that no double can hold: it reads 0
  for (int overflows = 0;; ++overflows) {
    TreeBuilder builder(text);
    if (nlohmann::json::sax_parse(readable, &builder)) return std::move(builder.root);
    const size_t size = builder.overflow_size;
    if (size == 0 || overflows == most_overflows) throw JsonError(*builder.error);
    readable.replace(builder.error->offset(), size, "0" + std::string(size - 1, ' '));
  }
}

}  // namespace heed

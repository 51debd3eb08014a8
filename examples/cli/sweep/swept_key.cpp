#include "heed/examples/cli/sweep/swept_key.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "heed/examples/cli/config/json.h"
#include "heed/framework/base/error.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

constexpr int64_t longest_range = 1000;

/// Where the value that begins at `start` ends: at the text's end or a comma. Brackets and quotes
/// count only in a value that begins with one: in bare words they mean nothing.
size_t end_of_value(std::string_view text, size_t start) {
  const bool is_json =
      start < text.size() && std::string_view("\"[{").find(text[start]) != text.npos;
  int depth = 0;
  bool is_in_string = false;
  for (size_t i = start; i < text.size(); ++i) {
    const char c = text[i];
    if (is_in_string) {
      if (c == '\\') ++i;
      is_in_string = c != '"';
    } else if (c == ',' && depth == 0) {
      return i;
    } else if (is_json) {
      is_in_string = c == '"';
      if (c == '[' || c == '{') ++depth;
      if (c == ']' || c == '}') --depth;
    }
  }
  return text.size();
}

std::string_view without_blanks(std::string_view text) {
  const size_t first = text.find_first_not_of(' ');
  if (first == text.npos) return "";
  return text.substr(first, text.find_last_not_of(' ') + 1 - first);
}

/// The texts between commas.
std::vector<std::string> split_values(std::string_view text) {
  std::vector<std::string> values;
  for (size_t start = 0; start <= text.size();) {
    while (start < text.size() && text[start] == ' ') ++start;
    const size_t end = end_of_value(text, start);
    values.emplace_back(without_blanks(text.substr(start, end - start)));
    start = end + 1;
  }
  return values;
}

/// Splits the arguments one after the other.
class SweptKeyParser {
 public:
  explicit SweptKeyParser(std::vector<ConfigFault>& faults) : faults_(faults) {}

  std::vector<SweptKey> keys{};

  void parse(const std::string& set) {
    constexpr size_t most_shown = 200;
    const size_t equals = set.find('=');
    key_ = {set.substr(0, equals), {}, "--set " + printable(set, most_shown)};
    if (equals == std::string::npos || equals == 0) {
      return fault("expected KEY=VALUE,VALUE…; write --set train.lr=0.001,0.003");
    }
    if (const auto same = std::find_if(keys.begin(), keys.end(),
                                       [&](const SweptKey& key) { return key.path == key_.path; });
        same != keys.end()) {
      return fault("the key is set twice; first by " + same->place);
    }
    for (const std::string& value : split_values(set.substr(equals + 1))) add(value);
    keys.push_back(std::move(key_));
  }

 private:
  void fault(const std::string& message) { faults_.push_back({key_.place, message}); }

  void add(const std::string& value) {
    if (value.empty()) {
      return fault("a value is missing after \"=\" or between commas; the empty string is '\"\"'");
    }
    const size_t dots = value.find("..");
    if (dots == std::string::npos || !add_range(value.substr(0, dots), value.substr(dots + 2))) {
      add_value(value);
    }
  }

  /// Whether the two are numbers, so that a range is meant.
  bool add_range(const std::string& low, const std::string& high) {
    if (!parse_number<double>(low) || !parse_number<double>(high)) return false;
    const auto first = parse_number<int64_t>(low), last = parse_number<int64_t>(high);
    if (!first || !last) {
      fault(low + ".." + high + ": a range counts integers by 1; list other values: " + low + "," +
            high);
    } else if (*first > *last) {
      fault(low + ".." + high + ": a range goes upwards; write " + high + ".." + low);
    } else if (static_cast<uint64_t>(*last) - static_cast<uint64_t>(*first) >= longest_range) {
      fault(text_of(low, "..", high, ": a range has at most ", longest_range, " values"));
    } else {
      for (int64_t i = 0; i <= *last - *first; ++i) add_value(std::to_string(*first + i));
    }
    return true;
  }

  void add_value(const std::string& value) {
    if (std::find(key_.values.begin(), key_.values.end(), value) != key_.values.end()) {
      return fault("the value " + printable(value) + " is there twice");
    }
    key_.values.push_back(value);
  }

  std::vector<ConfigFault>& faults_;
  SweptKey key_;
};

}  // namespace

std::vector<SweptKey> parse_swept_keys(const std::vector<std::string>& sets,
                                       std::vector<ConfigFault>& faults) {
  SweptKeyParser parser(faults);
  for (const std::string& set : sets) parser.parse(set);
  return std::move(parser.keys);
}

}  // namespace heed

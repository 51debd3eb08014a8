#include "heed/examples/cli/runs/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/runs/run_files.h"
#include "heed/framework/base/error.h"
#include "heed/framework/base/text.h"
#include "heed/framework/io/folder.h"
#include "heed/framework/io/input_file.h"
#include "heed/framework/io/io_error.h"

namespace heed {
namespace {

constexpr size_t longest_metrics_line = size_t{1} << 16;  // bytes; heed's have some 150
constexpr uint64_t largest_file = uint64_t{1} << 30;
constexpr int64_t last_step = int64_t{1} << 53;  // beyond it a double does not count any more

bool is_word_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Other programs write NaN and Infinity, which JSON does not have: null instead of each bare word.
std::string with_null_for_words(std::string_view line) {
  std::string text;
  bool in_string = false;
  while (!line.empty()) {
    const char c = line.front();
    const bool in_number = !text.empty() && (text.back() == '.' || is_digit(text.back()));
    if (!in_string && !in_number && is_word_letter(c)) {
      const auto end = std::find_if_not(line.begin(), line.end(), is_word_letter);
      const auto word = line.substr(0, static_cast<size_t>(end - line.begin()));
      if (text.ends_with('-')) text.pop_back();
      text += word == "true" || word == "false" ? word : "null";
      line.remove_prefix(word.size());
      continue;
    }
    const size_t taken = in_string && c == '\\' && line.size() > 1 ? 2 : 1;
    if (c == '"') in_string = !in_string;
    text += line.substr(0, taken);
    line.remove_prefix(taken);
  }
  return text;
}

std::optional<JsonValue> json_of_line(std::string_view line) {
  try {
    return read_json(line, longest_metrics_line);
  } catch (const JsonError&) {
  }
  try {
    return read_json(with_null_for_words(line), 2 * longest_metrics_line);
  } catch (const JsonError&) {
    return {};
  }
}

double measured_number(const JsonValue& json, std::string_view name) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const JsonValue* found = json.find(name);
  if (found == nullptr || found->kind != JsonValue::Kind::number) return nan;
  return parse_number<double>(found->text).value_or(nan);
}

std::optional<int64_t> measured_step(const JsonValue& json) {
  const JsonValue* found = json.find("step");
  if (found == nullptr || found->kind != JsonValue::Kind::number) return {};
  const auto step = parse_number<int64_t>(found->text);
  return step && *step >= 0 && *step <= last_step ? step : std::nullopt;
}

MeasuredAccuracy measured_accuracy(const JsonValue& json, const char* loss,
                                   const std::string& prefix) {
  return {measured_number(json, loss), measured_number(json, prefix + "token_accuracy"),
          measured_number(json, prefix + "sequence_accuracy")};
}

/// In order of step; of those of one step only the last.
template <class Measured>
void put_in_order(std::vector<Measured>& all) {
  std::stable_sort(all.begin(), all.end(),
                   [](const Measured& a, const Measured& b) { return a.step < b.step; });
  size_t kept = 0;
  for (size_t i = 0; i < all.size(); ++i) {
    if (i + 1 < all.size() && all[i + 1].step == all[i].step) continue;
    all[kept++] = all[i];
  }
  all.resize(kept);
}

/// Adds line by line to what was measured.
class LineReader {
 public:
  explicit LineReader(std::string file) : file_(std::move(file)) {}

  /// The next bytes of the file.
  void add(std::string_view bytes) {
    for (size_t end = bytes.find('\n'); end != bytes.npos; end = bytes.find('\n')) {
      take(bytes.substr(0, end));
      end_line();
      bytes.remove_prefix(end + 1);
    }
    take(bytes);
  }

  Metrics metrics() && {
    if (!line_.empty() && !add_line()) warn("its last line is cut off");
    if (foreign_ > 0) {
      warn(text_of("skipped ", counted(foreign_, "line"), " that heed did not write, the first is ",
                   first_foreign_));
    }
    put_in_order(metrics_.steps);
    put_in_order(metrics_.evaluations);
    return std::move(metrics_);
  }

 private:
  void take(std::string_view bytes) {
    line_ += bytes.substr(
        0, longest_metrics_line + 1 - std::min(longest_metrics_line + 1, line_.size()));
  }

  void end_line() {
    ++line_number_;
    if (!add_line() && foreign_++ == 0) first_foreign_ = text_of("line ", line_number_);
    line_.clear();
  }

  /// Whether the line is one of heed's.
  bool add_line() {
    if (line_.size() > longest_metrics_line) return false;
    const auto json = json_of_line(line_);
    const auto step = json ? measured_step(*json) : std::nullopt;
    if (!step) return false;
    if (json->find("eval_loss") != nullptr) {
      MeasuredEvaluation evaluation{*step, measured_accuracy(*json, "eval_loss", ""), {}};
      if (json->find("train_loss") != nullptr) {
        evaluation.training = measured_accuracy(*json, "train_loss", "train_");
      }
      metrics_.evaluations.push_back(evaluation);
      return true;
    }
    if (json->find("loss") == nullptr) return false;
    metrics_.steps.push_back({*step, measured_number(*json, "loss"), measured_number(*json, "lr"),
                              measured_number(*json, "grad_norm"),
                              measured_number(*json, "tokens_per_second")});
    return true;
  }

  void warn(const std::string& what) { metrics_.warnings.push_back(file_ + ": " + what); }

  std::string file_;
  std::string line_;  // what was read of it, or of one that is too long its beginning
  int64_t line_number_ = 0;
  int64_t foreign_ = 0;
  std::string first_foreign_;
  Metrics metrics_;
};

}  // namespace

Metrics read_metrics(const std::string& run) {
  const std::string path = metrics_file(run);
  if (is_free(path)) return {{}, {}, {path + ": there is no such file"}};
  InputFile file(path, Links::refuse);
  if (file.size() > largest_file) {
    throw IoError(path, ": too large: ", file.size(), " bytes, at most ", largest_file);
  }
  LineReader reader(path);
  std::string piece;
  for (uint64_t left = file.size(); left > 0; left -= piece.size()) {
    piece.resize(static_cast<size_t>(std::min<uint64_t>(left, uint64_t{1} << 20)));
    file.read(piece.data(), piece.size());
    reader.add(piece);
  }
  return std::move(reader).metrics();
}

}  // namespace heed

#include "heed/examples/cli/tasks/pairs_file.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "heed/examples/cli/config/key_error.h"
#include "heed/examples/cli/config/paths.h"
#include "heed/examples/cli/config/text.h"
#include "heed/examples/cli/tasks/text_file.h"

namespace heed {
namespace {

/// A line of the file, for reading and for messages.
struct Line {
  const NamedFile& file;
  int64_t number;
  std::string_view text;

  template <class... Parts>
  [[noreturn]] void fail(const Parts&... parts) const {
    throw KeyError(file.key, shown_path(file.path), ":", number, ": ", parts...);
  }
};

std::vector<std::string> side(const Line& line, const char* name, std::string_view text,
                              TextUnit tokens, int64_t longest) {
  std::vector<std::string> all = split_text(text, tokens);
  if (all.empty()) line.fail("the ", name, " is empty: ", in_quotes(line.text));
  if (std::ssize(all) > longest) {
    line.fail("the ", name, " has ", all.size(), " ", std::string_view(name_of(tokens)),
              "s, more than ", longest, "; raise task.longest or shorten it");
  }
  return all;
}

Pair read_line(const Line& line, TextUnit tokens, int64_t longest) {
  const auto tabs = std::count(line.text.begin(), line.text.end(), '\t');
  if (tabs != 1) {
    const std::string fault =
        tabs == 0 ? "missing tab between source and target"
                  : text_of(tabs, " tabs, but exactly one must separate source and target");
    line.fail(fault, ": ", in_quotes(line.text));
  }
  const size_t tab = line.text.find('\t');
  Pair pair{side(line, "source", line.text.substr(0, tab), tokens, longest), {}};
  pair.target = side(line, "target", line.text.substr(tab + 1), tokens, longest);
  return pair;
}

}  // namespace

std::vector<Pair> read_pairs_file(const NamedFile& file, TextUnit tokens, int64_t longest) {
  const std::string text = read_text_file(file);
  std::vector<Pair> pairs;
  std::set<std::pair<std::vector<std::string>, std::vector<std::string>>> seen;
  std::string_view rest = text;
  for (int64_t number = 1; !rest.empty(); ++number) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    Pair pair = read_line({file, number, line}, tokens, longest);
    if (seen.emplace(pair.source, pair.target).second) pairs.push_back(std::move(pair));
  }
  if (pairs.empty()) {
    throw KeyError(file.key, shown_path(file.path),
                   ": contains no pairs; a line is SOURCE <tab> TARGET");
  }
  return pairs;
}

}  // namespace heed

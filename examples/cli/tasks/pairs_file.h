// Pairs files: a source and a target on each line, with a tab between them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "heed/examples/cli/tasks/text_file.h"

#include "heed/examples/cli/tasks/tokenizer.h"

namespace heed {

struct Pair {
  std::vector<std::string> source;
  std::vector<std::string> target;
  bool operator==(const Pair&) const = default;
};

/// The different pairs of a file, in the order of their first lines. Lines may end with
/// CR LF; lines without any character are skipped. Throws KeyError, naming file and
/// line, if a line has no tab, several, an empty side, or more than `longest` tokens on a side; or
/// if the file cannot be read, has no pairs or is not UTF-8.
std::vector<Pair> read_pairs_file(const NamedFile& file, TextUnit tokens, int64_t longest);

}  // namespace heed

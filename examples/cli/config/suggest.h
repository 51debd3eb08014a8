// "did you mean": the nearest of some words, and the nearest key.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heed {

/// The choice nearest to `word`, if one is near enough to be meant.
std::optional<std::string> nearest_word(std::string_view word,
                                        const std::vector<std::string>& choices);

/// For messages: `; did you mean "x"?` of the nearest choice; empty if none is near enough.
std::string suggestion(std::string_view word, const std::vector<std::string>& choices);

/// The path nearest to `path`. The right name in the wrong section counts as near, and so does
/// the first or last part of a name ("batch" for "batch_size").
std::optional<std::string> nearest_path(std::string_view path,
                                        const std::vector<std::string>& choices);

}  // namespace heed

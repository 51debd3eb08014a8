#include "heed/examples/cli/tasks/unseen.h"

#include <algorithm>

#include "heed/framework/base/text.h"

namespace heed {

void UnseenSymbols::hold_out(const Sequence& sequence) {
  ++held_out_;
  const auto unseen = std::find_if(sequence.begin(), sequence.end(),
                                   [&](int64_t symbol) { return !trained_.contains(symbol); });
  if (unseen == sequence.end()) return;
  ++sequences_;
  if (!first_) first_ = *unseen;
}

std::string UnseenSymbols::text(const char* what,
                                const std::function<std::string(int64_t)>& word) const {
  if (!first_) return "";
  return text_of(sequences_, " of ", held_out_, " held-out sequences have ", std::string_view(what),
                 " that no training sequence has (the first: ", in_quotes(word(*first_)), ")");
}

}  // namespace heed

// Where the scripts of a page draw heads: see HeadFilm in page/common/heads.js.
#pragma once

#include <string>
#include <string_view>

namespace heed {

/// HTML. `prefix`: what the ids of its parts begin with.
std::string heads_place(std::string_view prefix);

}  // namespace heed

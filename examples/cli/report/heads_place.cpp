#include "heed/examples/cli/report/heads_place.h"

#include <fmt/format.h>

namespace heed {

std::string heads_place(std::string_view prefix) {
  return fmt::format(R"(<div class="controls" id="{0}-controls"></div>
<div class="heads"><div><h3 id="{0}-name"></h3>
<p class="readout" id="{0}-readout" aria-live="polite"></p>
<div id="{0}-view"></div>
<ul id="{0}-row" aria-label="read most"></ul>
<div class="tools" id="{0}-tools"></div></div>
<div id="{0}-all"></div></div>)",
                     prefix);
}

}  // namespace heed

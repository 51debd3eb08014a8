// Page: HTML in one file that needs nothing but itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/report/engine_files.h"
#include "heed/examples/cli/report/page_sources.h"

namespace heed {

struct PageSection {
  std::string id, title;  ///< of the element <section>, for the list of contents
};

struct Page {
  std::string title;
  std::string header;  ///< HTML
  std::vector<PageSection> sections{};
  std::string body{};  ///< HTML of the sections
  JsonValue data{};    ///< for the scripts
  std::string made_by = "heed report";
  PageSource style = report_style();
  std::vector<PageSource> scripts{report_script()};
  std::optional<EngineFiles> engine{};  ///< which the scripts start
};

/// The whole file. Its policy lets run what heed has written into it, and load nothing.
std::string page_html(const Page& page);

}  // namespace heed

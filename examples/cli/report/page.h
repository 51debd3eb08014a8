// Page: a report as one HTML file that needs nothing but itself.
#pragma once

#include <string>
#include <vector>

#include "heed/examples/cli/config/json.h"

namespace heed {

struct PageSection {
  std::string id, title;  ///< of the element <section>, for the list of contents
};

struct Page {
  std::string title;
  std::string header;  ///< HTML
  std::vector<PageSection> sections{};
  std::string body{};  ///< HTML of the sections
  JsonValue data{};    ///< for the script
};

/// The whole file. Its policy lets run what heed has written into it, and load nothing.
std::string page_html(const Page& page);

}  // namespace heed

// What cmake/report_page.cmake makes of the files in page/: they are compiled into the program.
#pragma once

#include <string_view>

namespace heed {

struct PageSource {
  std::string_view text;    ///< as it stands between its tags
  std::string_view sha256;  ///< of the text, in hexadecimal digits
};

PageSource page_style();
PageSource page_script();

}  // namespace heed

// What cmake/page_sources.cmake makes of the files in page/: they are compiled into the program.
#pragma once

#include <string_view>

namespace heed {

struct PageSource {
  std::string_view text;    ///< as it stands between its tags
  std::string_view sha256;  ///< of the text, in hexadecimal digits
};

PageSource report_style();
PageSource report_script();
PageSource live_script();  ///< of a report with an engine, after report_script()
PageSource playground_style();
PageSource playground_script();
PageSource worker_script();  ///< what runs the engine

}  // namespace heed

// The files of examples/page/lessons, built into the program.
#pragma once

#include <span>
#include <string_view>

namespace heed {

struct LessonFile {
  std::string_view name;  ///< "states", or the language of the texts: "en"
  std::string_view text;  ///< JSON
};

/// All of them; the build writes the definition.
std::span<const LessonFile> lesson_files();

}  // namespace heed

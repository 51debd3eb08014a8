#include "heed/examples/cli/commands/line/manual_file.h"

#include <algorithm>
#include <string_view>

#include "heed/examples/cli/commands/line/manual.h"
#include "heed/examples/cli/config/program_name.h"
#include "heed/examples/cli/config/text.h"
#include "heed/framework/io/folder.h"
#include "heed/framework/io/output_file.h"

namespace heed {
namespace {

/// A line of text as roff: a backslash, a hyphen and a line that begins like a request are escaped.
std::string roff_line(std::string_view line) {
  std::string escaped = line.starts_with('.') || line.starts_with('\'') ? "\\&" : "";
  for (const char character : line) {
    if (character == '\\') {
      escaped += "\\e";
    } else if (character == '-') {
      escaped += "\\-";
    } else {
      escaped += character;
    }
  }
  return escaped;
}

/// A page as man(1) takes it: the same lines under the same headings. `title` is "heed-train".
std::string roff(const std::string& title, std::string_view page) {
  std::string upper;
  for (const char letter : title) {
    upper += letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  }
  std::string text = ".TH \"" + roff_line(upper) + "\" 1 \"\" \"heed " HEED_VERSION "\"\n";
  const std::string& program = program_name();
  bool keeps_lines = false;
  std::string heading;
  for_each_part(page, "\n", [&](std::string_view line) {
    if (!line.empty() && line.front() != ' ') {
      if (keeps_lines) text += ".fi\n";
      heading = line;
      text += ".SH " + roff_line(line) + "\n";
      keeps_lines = heading != "NAME";  // whatis(1) reads "heed-train - …" in one line
      if (keeps_lines) text += ".nf\n";
      return;
    }
    std::string_view words = line;
    words.remove_prefix(std::min<size_t>(words.size(), 4));  // .SH indents
    if (heading == "NAME" && words.starts_with(program + " ") &&
        !words.starts_with(program + " - ")) {
      text += roff_line(program + "-");
      words.remove_prefix(program.size() + 1);
    }
    const bool is_term = heading == "OPTIONS" && !words.empty() && words.front() != ' ';
    text += is_term ? "\\fB" + roff_line(words) + "\\fR\n" : roff_line(words) + "\n";
  });
  return text + (keeps_lines ? ".fi\n" : "");
}

}  // namespace

void write_manual(const Program& program, const std::string& folder) {
  make_folders_above(folder + "/.");
  const auto write = [&](const std::string& title, const std::string& page) {
    replace_file(folder + "/" + title + ".1", roff(title, page));
  };
  write(program_name(), program_page(program));
  for (const Command& command : program.commands) {
    write(program_name() + "-" + command.name, manual_page(command, program.registry));
  }
}

}  // namespace heed

// Configurations and command lines that must be refused: the files of bad_configs/.
//
//   # a class of faults
//   + run.txt                            a file that its cases find, then its text
//   $ heed train ok.json --out run       what is done before them
//   ## a case of it
//   {"task": …}                          the text of bad.json
//   + other.txt                          a file beside it, then its text
//   --set train.lr=x                     an argument
//   $ heed train ok.json --lr ''         or the whole command line instead
//   > bad.json:1:2: error: …             each line that is said
//
// A line that begins with \ is the rest of it, in which \x0a is that byte. Empty lines mean
// nothing.
#pragma once

#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace heed::testing {

struct BadConfig {
  std::string title;
  std::string text;                                        ///< of the file bad.json
  std::vector<std::string> sets;                           ///< arguments of --set
  std::vector<std::string> arguments;                      ///< of a whole command line
  std::vector<std::string> lines;                          ///< what is said
  std::vector<std::pair<std::string, std::string>> files;  ///< beside it: name, content
};

struct BadConfigClass {
  std::string name;
  std::vector<BadConfig> cases;
  std::vector<std::pair<std::string, std::string>> files;  ///< for all cases: name, content
  std::vector<std::vector<std::string>> commands;          ///< before the cases
};

inline std::string unescaped(const std::string& line) {
  if (!line.starts_with('\\')) return line;
  std::string text;
  for (size_t i = 1; i < line.size(); ++i) {
    if (line.compare(i, 2, "\\x") == 0) {
      text += static_cast<char>(std::stoi(line.substr(i + 2, 2), nullptr, 16));
      i += 3;
    } else {
      text += line[i];
    }
  }
  return text;
}

/// Words separated by spaces; '' may hold spaces or nothing.
inline std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  bool inside = false, quoted = false;
  for (const char letter : line) {
    if (letter == '\'') quoted = !quoted;
    if (!quoted && letter == ' ') {
      inside = false;
      continue;
    }
    if (!inside) words.emplace_back();
    inside = true;
    if (letter != '\'') words.back() += letter;
  }
  return words;
}

/// The classes in the file bad_configs/NAME.txt.
inline std::vector<BadConfigClass> bad_configs(const std::string& name) {
  const std::string path =
      std::string(HEED_SOURCE_DIR) + "/tests/examples/cli/config/bad_configs/" + name + ".txt";
  std::ifstream file(path);
  if (!file.is_open()) throw std::runtime_error("cannot read " + path);
  std::vector<BadConfigClass> classes;
  std::string* text = nullptr;  // what the next line of text belongs to
  bool first = true;
  const auto begin_text = [&](std::string& of) { text = &of, first = true; };
  const auto rest = [](const std::string& line, size_t from) {
    return unescaped(line.size() > from ? line.substr(from) : "");
  };
  for (std::string line; std::getline(file, line);) {
    if (line.empty()) continue;
    if (line.starts_with("# ")) {
      classes.push_back({rest(line, 2), {}, {}, {}});
      continue;
    }
    std::vector<BadConfig>& cases = classes.back().cases;
    auto& files = cases.empty() ? classes.back().files : cases.back().files;
    if (line.starts_with("## ")) {
      cases.push_back({rest(line, 3), {}, {}, {}, {}, {}});
      begin_text(cases.back().text);
    } else if (line.starts_with("+ ")) {
      files.emplace_back(rest(line, 2), "");
      begin_text(files.back().second);
    } else if (line.starts_with("--set ")) {
      cases.back().sets.push_back(rest(line, 6));
    } else if (line.starts_with("$ heed")) {
      const std::vector<std::string> arguments = words_of(rest(line, 7));
      if (cases.empty()) {
        classes.back().commands.push_back(arguments);
      } else {
        cases.back().arguments = arguments;
      }
    } else if (line.starts_with("> ")) {
      cases.back().lines.push_back(rest(line, 2));
    } else {
      *text += (first ? "" : "\n") + unescaped(line);
      first = false;
    }
  }
  return classes;
}

}  // namespace heed::testing

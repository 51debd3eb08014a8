// OutputFile: a file whose every write is checked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "heed/framework/io/descriptor.h"

namespace heed {

/// Throws IoError naming the path and the reason when anything fails.
class OutputFile {
 public:
  /// Creates the file, which must not exist yet.
  explicit OutputFile(std::string path);
  /// Continues a file after its first `kept` bytes, or all of them if it has fewer, and truncates
  /// the rest. Creates the file if there is none. Refuses a link and a file with two names: it
  /// would change what is elsewhere.
  OutputFile(std::string path, int64_t kept);

  /// Hands the text to the operating system at once: what was written survives a crash of heed.
  void write(std::string_view text);
  /// Waits until the disk has all that was written: it then survives a crash of the machine.
  void sync();
  void close();
  /// In bytes, as it is now: others may have changed the file.
  int64_t size() const;

 private:
  std::string path_;
  Descriptor descriptor_;
};

/// Writes a new file and waits until the disk has it; throws likewise.
void write_file(const std::string& path, std::string_view text);

/// Writes a file, over one that is there: at `path` there is either the old one or all of the text,
/// even after a power failure. Throws IoError, having changed nothing.
void replace_file(const std::string& path, std::string_view text);

}  // namespace heed

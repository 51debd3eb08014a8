// InputFile: a regular file that is read from its start to its end, every read checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace heed {

/// Throws IoError naming the path and the reason when anything fails.
class InputFile {
 public:
  /// Refuses what is no regular file: a directory, or a device or pipe that might never end.
  explicit InputFile(std::string path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  /// In bytes, when it was opened.
  uint64_t size() const { return size_; }
  /// The next `count` bytes. That there are less of them is an error.
  void read(char* to, size_t count);

 private:
  std::string path_;
  int descriptor_;
  uint64_t size_ = 0;
  uint64_t position_ = 0;
};

}  // namespace heed

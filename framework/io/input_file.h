// InputFile: a regular file that is read from start to end, every read checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "heed/framework/io/descriptor.h"

namespace heed {

/// Throws IoError naming the path and the reason when anything fails.
class InputFile {
 public:
  /// Refuses anything but a regular file: a directory, or a device or pipe that might never end.
  explicit InputFile(std::string path, Links links = Links::follow);

  /// In bytes, when it was opened.
  uint64_t size() const { return size_; }
  /// The next `count` bytes. Fewer are an error.
  void read(char* to, size_t count);

 private:
  std::string path_;
  Descriptor descriptor_;
  uint64_t size_;
  uint64_t position_ = 0;
};

}  // namespace heed

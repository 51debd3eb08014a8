#include "heed/framework/io/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "heed/framework/io/io_error.h"

namespace heed {
namespace {

[[noreturn]] void fail_to_read(const std::string& path, std::string_view reason) {
  throw IoError(path, ": cannot read: ", reason);
}

[[noreturn]] void fail_system(const std::string& path) {
  fail_to_read(path, std::generic_category().message(errno));
}

/// The size of the open file, which must be a regular one.
uint64_t regular_size(int descriptor, const std::string& path) {
  struct stat status {};
  if (fstat(descriptor, &status) != 0) fail_system(path);
  if (S_ISDIR(status.st_mode)) fail_to_read(path, "it is a directory");
  if (!S_ISREG(status.st_mode)) fail_to_read(path, "it is not a regular file");
  return static_cast<uint64_t>(status.st_size);
}

}  // namespace

InputFile::InputFile(std::string path)
    : path_(std::move(path)),
      // Without O_NONBLOCK a pipe would wait here for a writer.
      descriptor_(open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)) {
  if (descriptor_ < 0) fail_system(path_);
  try {
    size_ = regular_size(descriptor_, path_);
  } catch (...) {
    close(descriptor_);
    throw;
  }
}

InputFile::~InputFile() {
  close(descriptor_);
}

void InputFile::read(char* to, size_t count) {
  while (count > 0) {
    const ssize_t got = ::read(descriptor_, to, count);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_system(path_);
    if (got == 0) {
      throw IoError(path_, ": cannot read: it ends after ", position_, " of its ", size_,
                    " bytes; it was truncated while being read");
    }
    to += got;
    count -= static_cast<size_t>(got);
    position_ += static_cast<uint64_t>(got);
  }
}

}  // namespace heed

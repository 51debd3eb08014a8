#include "heed/framework/io/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "heed/framework/io/io_error.h"

namespace heed {
namespace {

uint64_t size_of(int descriptor, const std::string& path) {
  struct stat status {};
  if (fstat(descriptor, &status) != 0) fail_system(path, "read");
  return static_cast<uint64_t>(status.st_size);
}

}  // namespace

InputFile::InputFile(std::string path, Links links)
    : path_(std::move(path)),
      descriptor_(Descriptor::regular_file(path_, O_RDONLY, "read", links)),
      size_(size_of(descriptor_, path_)) {}

void InputFile::read(char* to, size_t count) {
  while (count > 0) {
    const ssize_t got = ::read(descriptor_, to, count);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_system(path_, "read");
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

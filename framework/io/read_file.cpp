#include "heed/framework/io/read_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "heed/framework/base/memory.h"
#include "heed/framework/io/input_file.h"
#include "heed/framework/io/io_error.h"

namespace heed {

std::string read_file(const std::string& path, size_t at_most, Links links) {
  InputFile file(path, links);
  if (file.size() > at_most) {
    throw IoError(path, ": too large: ", file.size(), " bytes, at most ", at_most);
  }
  std::string bytes(memory_size(static_cast<int64_t>(file.size())), '\0');
  file.read(bytes.data(), bytes.size());
  return bytes;
}

std::string read_start(const std::string& path, size_t most, std::string_view what) {
  constexpr size_t piece = size_t{1} << 16;
  const Descriptor descriptor(path, O_RDONLY | O_NOCTTY, what);
  std::string bytes;
  while (bytes.size() < most) {
    const size_t size = bytes.size(), wanted = std::min(piece, most - size);
    bytes.resize(size + wanted);
    const ssize_t got = ::read(descriptor, bytes.data() + size, wanted);
    if (got < 0 && errno != EINTR) fail_system(path, what);
    bytes.resize(size + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) break;
  }
  return bytes;
}

}  // namespace heed

#include "heed/framework/io/descriptor.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "heed/framework/io/io_error.h"

namespace heed {

void fail_system(const std::string& path, std::string_view what) {
  throw IoError(path, ": cannot ", what, ": ", std::generic_category().message(errno));
}

Descriptor::Descriptor(const std::string& path, int flags, std::string_view what)
    : value_(open(path.c_str(), flags | O_CLOEXEC, 0666)) {
  if (value_ < 0) fail_system(path, what);
}

bool Descriptor::close() noexcept {
  return value_ < 0 || ::close(std::exchange(value_, -1)) == 0;
}

}  // namespace heed

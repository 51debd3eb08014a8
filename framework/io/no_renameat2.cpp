#include <cerrno>

#include "heed/framework/io/rename.h"

namespace heed {

int rename_without_replacing(const char* /*from*/, const char* /*to*/) {
  errno = ENOSYS;
  return -1;
}

}  // namespace heed

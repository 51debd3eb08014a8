#include <fcntl.h>

#include <cstdio>

#include "heed/framework/io/rename.h"

namespace heed {

int rename_without_replacing(const char* from, const char* to) {
  return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

}  // namespace heed

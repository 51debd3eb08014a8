// Renaming that the system calls of POSIX lack.
#pragma once

namespace heed {

/// As rename(2), but fails with EEXIST if there is something at `to`. Fails with ENOSYS on a target
/// that cannot do that in one step (no_renameat2.cpp).
int rename_without_replacing(const char* from, const char* to);

}  // namespace heed

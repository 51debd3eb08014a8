// The commit that the program was built from; the build writes the definition.
#pragma once

#include <string>

namespace heed {

/// "5999357d1c19", with "-dirty" after it if files were changed; "unknown" outside a repository.
std::string source_commit();

}  // namespace heed

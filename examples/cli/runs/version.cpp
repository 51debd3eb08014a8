#include "heed/examples/cli/runs/version.h"

#include "heed/examples/cli/runs/checkpoint.h"
#include "heed/examples/cli/runs/commit.h"

namespace heed {

std::string version_text() {
  const Origin origin = this_origin();
  return "heed " + origin.version + ", commit " + source_commit() + ", " + origin.simd + ", BLAS " +
         origin.blas;
}

}  // namespace heed

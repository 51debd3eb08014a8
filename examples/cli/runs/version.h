// What this program is: its version and all that its numbers depend on.
#pragma once

#include <string>

namespace heed {

/// "heed 0.2.0, commit 5999357d1c19, AVX3, BLAS SkylakeX": version, commit of the sources, vector
/// instructions and kernels of OpenBLAS. Programs of the same text compute the same bits.
std::string version_text();

}  // namespace heed

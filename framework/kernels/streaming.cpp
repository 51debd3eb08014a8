#include "heed/framework/kernels/streaming.h"

#include <hwy/cache_control.h>

namespace heed::kernels {

void finish_streaming() {
  hwy::FlushStream();
}

}  // namespace heed::kernels

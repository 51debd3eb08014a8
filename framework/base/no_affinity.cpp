#include "heed/framework/base/processors.h"

namespace heed {

int detail::affinity_processors() {
  return 1;
}

}  // namespace heed

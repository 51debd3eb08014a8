#include <climits>

#include "heed/framework/base/processors.h"

namespace heed {

int detail::quota_processors(const std::string&, const std::string&) {
  return INT_MAX;
}

}  // namespace heed

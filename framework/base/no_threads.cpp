#include "heed/framework/base/threads.h"

namespace heed {

bool detail::run_on_threads(const Job& /*job*/, int /*threads*/) {
  return false;
}

void detail::at_fork(void (* /*before*/)(), void (* /*in_parent*/)(), void (* /*in_child*/)()) {}

}  // namespace heed

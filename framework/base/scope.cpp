#include "heed/framework/base/scope.h"

#include <mutex>
#include <unordered_set>

namespace heed {

Place place_of(const std::string& path) {
  static std::mutex mutex;
  static auto* const places = new std::unordered_set<std::string>;  // outlives every static object
  const std::lock_guard lock(mutex);
  return &*places->insert(path).first;  // a set of nodes: addresses stay
}

}  // namespace heed

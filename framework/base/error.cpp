#include "heed/framework/base/error.h"

#include "heed/framework/base/numbers.h"
#include "heed/framework/base/scope.h"

namespace heed {

std::string place_of_error() {
  std::string path = Scope::path();
  if (path.empty()) return path;
  path.insert(0, " (in ");
  path += ')';
  return path;
}

void append_text(std::string& text, double value) {
  append_number(text, value);
}

}  // namespace heed

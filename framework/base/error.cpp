#include "heed/framework/base/error.h"

#include <charconv>

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
  char buffer[32];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  text.append(buffer, result.ptr);
}

}  // namespace heed

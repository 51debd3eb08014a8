#include "heed/framework/base/error.h"

#include <charconv>

namespace heed {

void append_text(std::string& text, double value) {
  char buffer[32];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  text.append(buffer, result.ptr);
}

}  // namespace heed

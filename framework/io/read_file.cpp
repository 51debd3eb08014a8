#include "heed/framework/io/read_file.h"

#include "heed/framework/io/input_file.h"
#include "heed/framework/io/io_error.h"

namespace heed {

std::string read_file(const std::string& path, size_t at_most) {
  InputFile file(path);
  if (file.size() > at_most) {
    throw IoError(path, ": too large: ", file.size(), " bytes, at most ", at_most);
  }
  std::string bytes(static_cast<size_t>(file.size()), '\0');
  file.read(bytes.data(), bytes.size());
  return bytes;
}

}  // namespace heed

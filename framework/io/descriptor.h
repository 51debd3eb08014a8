// Descriptor: an open file of the operating system.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace heed {

/// Throws IoError `<path>: cannot <what>: <reason>`, with the reason of the last system call.
[[noreturn]] void fail_system(const std::string& path, std::string_view what);

/// Closes the file at the end of its life.
class Descriptor {
 public:
  /// Opens `path` with the flags of open(2) and O_CLOEXEC. On failure throws IoError saying that
  /// heed cannot `what` it.
  Descriptor(const std::string& path, int flags, std::string_view what);
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;

  operator int() const { return value_; }
  /// Closes it now; false, with errno set, if the system reports an error.
  bool close() noexcept;

 private:
  int value_;
};

}  // namespace heed

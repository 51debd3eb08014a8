// Descriptor: an open file of the operating system.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace heed {

/// Throws IoError `<path>: cannot <what>: <reason>`, with the reason of the last system call.
[[noreturn]] void fail_system(const std::string& path, std::string_view what);

/// Whether the last part of a path may be a symbolic link. It may in what the user names, but not
/// in what a folder from elsewhere holds: there a link could lead heed to any file.
enum class Links {
  follow,  ///< what it leads to is opened
  refuse,  ///< opening it fails
};

/// Closes the file at the end of its life.
class Descriptor {
 public:
  /// Opens `path` with the flags of open(2) and O_CLOEXEC. On failure throws IoError saying that
  /// heed cannot `what` it.
  Descriptor(const std::string& path, int flags, std::string_view what);
  /// Opens a regular file likewise, and refuses a directory, a device or a pipe without waiting.
  static Descriptor regular_file(const std::string& path, int flags, std::string_view what,
                                 Links links);
  /// The same for a file that is to be changed where it is: no links, and no other name.
  static Descriptor own_file(const std::string& path, int flags, std::string_view what);
  /// The reading and the writing end of a new pipe.
  static std::pair<Descriptor, Descriptor> pipe();
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;

  /// The number that the system knows it by; −1 if it is closed.
  operator int() const { return value_; }
  /// Closes it now; false, with errno set, if the system reports an error.
  bool close() noexcept;

 private:
  explicit Descriptor(int value) : value_(value) {}
  int value_;
};

/// Refuses what Descriptor::own_file refuses, without opening it; what is not there is fine.
void check_own_file(const std::string& path, std::string_view what);

}  // namespace heed

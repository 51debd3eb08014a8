#include "heed/framework/io/descriptor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "heed/framework/io/io_error.h"

namespace heed {

namespace {

/// What is at a path that could not be opened, if that says more than the error.
std::string_view odd_kind(const std::string& path, int flags) {
  struct stat status {};
  const bool follows = (flags & O_NOFOLLOW) == 0;
  if ((follows ? stat : lstat)(path.c_str(), &status) != 0) return "";
  if (S_ISLNK(status.st_mode)) return "it is a symbolic link; only a regular file is accepted here";
  if (S_ISDIR(status.st_mode)) return "it is a directory";
  return S_ISREG(status.st_mode) ? "" : "it is not a regular file";
}

void check_names(const struct stat& status, const std::string& path, std::string_view what) {
  if (status.st_nlink <= 1) return;
  throw IoError(path, ": cannot ", what, ": it has ", status.st_nlink,
                " names (hard links), and the change would appear under all of them; replace it "
                "by a copy of its own");
}

}  // namespace

void check_own_file(const std::string& path, std::string_view what) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return;
  const std::string_view kind = odd_kind(path, O_NOFOLLOW);
  if (!kind.empty()) throw IoError(path, ": cannot ", what, ": ", kind);
  check_names(status, path, what);
}

void fail_system(const std::string& path, std::string_view what) {
  throw IoError(path, ": cannot ", what, ": ", std::generic_category().message(errno),
                errno == EEXIST ? "; choose another name or remove it" : "");
}

Descriptor::Descriptor(const std::string& path, int flags, std::string_view what)
    : value_(open(path.c_str(), flags | O_CLOEXEC, 0666)) {
  if (value_ < 0) fail_system(path, what);
}

Descriptor Descriptor::regular_file(const std::string& path, int flags, std::string_view what,
                                    Links links) {
  // Without O_NONBLOCK opening a pipe would wait for its other end.
  flags |= O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (links == Links::refuse ? O_NOFOLLOW : 0);
  Descriptor file(open(path.c_str(), flags, 0666));
  const int error = errno;
  struct stat status {};
  if (file >= 0 && fstat(file, &status) == 0 && S_ISREG(status.st_mode)) return file;
  const std::string_view kind = odd_kind(path, flags);
  if (!kind.empty()) throw IoError(path, ": cannot ", what, ": ", kind);
  errno = error;
  fail_system(path, what);
}

Descriptor Descriptor::own_file(const std::string& path, int flags, std::string_view what) {
  Descriptor file = regular_file(path, flags, what, Links::refuse);
  struct stat status {};
  if (fstat(file, &status) != 0) fail_system(path, what);
  check_names(status, path, what);
  return file;
}

std::pair<Descriptor, Descriptor> Descriptor::pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) fail_system("a pipe", "make");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

bool Descriptor::close() noexcept {
  return value_ < 0 || ::close(std::exchange(value_, -1)) == 0;
}

}  // namespace heed

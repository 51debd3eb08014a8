#include "heed/framework/io/folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include "heed/framework/io/io_error.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& path, const char* what) {
  throw IoError(path, ": cannot ", what, ": ", std::string_view(std::strerror(errno)));
}

std::string folder_of(const std::string& path) {
  const std::string folder = fs::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

/// Renames, but never over something. Old kernels and some network file systems cannot promise
/// that; there the check and the renaming are two.
int rename_to_free_name(const char* from, const char* to) {
  const int result = renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
  if (result == 0 || (errno != EINVAL && errno != ENOSYS)) return result;
  struct stat status {};
  if (lstat(to, &status) == 0) {
    errno = EEXIST;
    return -1;
  }
  return std::rename(from, to);
}

std::string text_in(int descriptor) {
  std::array<char, 32> text{};
  const ssize_t size = pread(descriptor, text.data(), text.size(), 0);
  return {text.data(), size > 0 ? static_cast<size_t>(size) : 0};
}

}  // namespace

bool is_file(const std::string& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

bool is_free(const std::string& path) {
  std::error_code ignored;
  return !fs::exists(fs::symlink_status(path, ignored));
}

std::string partial_name(const std::string& path) {
  const fs::path whole(path);
  const std::string name = text_of(".", whole.filename().string(), ".partial-", getpid());
  return (whole.parent_path() / name).string();
}

void make_folder(const std::string& path) {
  if (mkdir(path.c_str(), 0777) != 0) fail(path, "create the folder");
}

void sync_folder(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) fail(path, "open the folder");
  const int result = fsync(descriptor);
  const int error = errno;
  close(descriptor);
  errno = error;
  // Some file systems have nothing to do for a folder and say so.
  if (result != 0 && error != EINVAL) fail(path, "write the folder");
}

bool publish(const std::string& from, const std::string& to) {
  if (rename_to_free_name(from.c_str(), to.c_str()) != 0) {
    if (errno == EEXIST || errno == ENOTEMPTY) return false;
    fail(to, "give this name to what was written");
  }
  sync_folder(folder_of(to));
  return true;
}

void publish_over(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) fail(to, "replace");
  sync_folder(folder_of(to));
}

void remove_folder(const std::string& path) noexcept {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

FileLock::FileLock(std::string path)
    : descriptor_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) fail(path, "create");
  if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    const bool is_taken = errno == EWOULDBLOCK;
    const std::string owner = text_in(descriptor_);
    close(descriptor_);
    if (!is_taken) fail(path, "lock");
    throw IoError(path, ": locked by another run, process ", owner.empty() ? "unknown" : owner,
                  "; wait until it ends or stop it");
  }
  // Who has it is only a help for others: a full disk does not matter here.
  const std::string owner = std::to_string(getpid());
  static_cast<void>(ftruncate(descriptor_, 0) == 0 &&
                    pwrite(descriptor_, owner.data(), owner.size(), 0) > 0);
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool FileLock::was_replaced(const std::string& path) const {
  struct stat locked {
  }, there{};
  if (fstat(descriptor_, &locked) != 0 || stat(path.c_str(), &there) != 0) return false;
  return locked.st_dev != there.st_dev || locked.st_ino != there.st_ino;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

}  // namespace heed

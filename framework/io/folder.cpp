#include "heed/framework/io/folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "heed/framework/io/io_error.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

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
  if (mkdir(path.c_str(), 0777) != 0) fail_system(path, "create directory");
}

void sync_folder(const std::string& path) {
  const Descriptor descriptor(path, O_RDONLY | O_DIRECTORY, "open directory");
  // Some file systems have nothing to do for a folder and say so.
  if (fsync(descriptor) != 0 && errno != EINVAL) fail_system(path, "write directory");
}

bool publish(const std::string& from, const std::string& to) {
  if (rename_to_free_name(from.c_str(), to.c_str()) != 0) {
    if (errno == EEXIST || errno == ENOTEMPTY) return false;
    fail_system(to, "give this name to what was written");
  }
  sync_folder(folder_of(to));
  return true;
}

void publish_over(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) fail_system(to, "replace");
  sync_folder(folder_of(to));
}

void remove_folder(const std::string& path) noexcept {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

FileLock::FileLock(const std::string& path) : descriptor_(path, O_RDWR | O_CREAT, "create") {
  if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) fail_system(path, "lock");
    const std::string owner = text_in(descriptor_);
    throw IoError(path, ": locked by another run, process ", owner.empty() ? "unknown" : owner,
                  "; wait until it ends or stop it");
  }
  // Who has it is only a help for others: a full disk does not matter here.
  const std::string owner = std::to_string(getpid());
  static_cast<void>(ftruncate(descriptor_, 0) == 0 &&
                    pwrite(descriptor_, owner.data(), owner.size(), 0) > 0);
}

bool FileLock::was_replaced(const std::string& path) const {
  struct stat locked {
  }, there{};
  if (fstat(descriptor_, &locked) != 0 || stat(path.c_str(), &there) != 0) return false;
  return locked.st_dev != there.st_dev || locked.st_ino != there.st_ino;
}

}  // namespace heed

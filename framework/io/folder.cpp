#include "heed/framework/io/folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "heed/framework/base/text.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/io/read_file.h"
#include "heed/framework/io/rename.h"

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
  const int result = rename_without_replacing(from, to);
  if (result == 0 || (errno != EINVAL && errno != ENOSYS)) return result;
  struct stat status {};
  if (lstat(to, &status) == 0) {
    errno = EEXIST;
    return -1;
  }
  return std::rename(from, to);
}

/// The process that `file` names.
std::string owner_in(const std::string& file) {
  try {
    constexpr size_t longest = 32;
    std::string owner = read_file(file, longest, Links::refuse);
    return owner.empty() ? "unknown" : printable(owner);
  } catch (const IoError&) {
    return "unknown";
  }
}

/// Locks an open folder or file. Returns false, with errno set, if that cannot be locked. Throws
/// IoError if another process has locked it: the one that `file` names.
bool take_lock(int descriptor, const std::string& file) {
  constexpr int tries = 10;
  constexpr useconds_t pause = 5000;  // longer than is_locked() holds it
  for (int i = 0; i < tries; ++i) {
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return true;
    if (errno != EWOULDBLOCK) return false;
    usleep(pause);
  }
  throw IoError(file, ": locked by another run, process ", owner_in(file),
                "; wait until it ends or stop it");
}

enum class Locked { no, yes, unknown };

/// Looks whether another process has locked an open folder or file; those that look do not see each
/// other.
Locked look_at_lock(int descriptor) {
  if (flock(descriptor, LOCK_SH | LOCK_NB) == 0) {
    flock(descriptor, LOCK_UN);
    return Locked::no;
  }
  return errno == EWOULDBLOCK ? Locked::yes : Locked::unknown;
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

bool has_folder(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(path, error);
  if (status.type() == fs::file_type::not_found) return false;
  if (fs::is_directory(status)) return true;
  if (fs::is_symlink(status)) {
    throw IoError(path, ": cannot read: it is a symbolic link; only a directory is accepted here");
  }
  throw IoError(path, ": cannot read: ", error ? error.message() : "it is not a directory");
}

std::vector<std::string> names_in(const std::string& path) {
  std::vector<std::string> names;
  if (!has_folder(path)) return names;
  std::error_code error;
  fs::directory_iterator entry(path, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  if (error) throw IoError(path, ": cannot read directory: ", error.message());
  return names;
}

std::string partial_name(const std::string& path) {
  const fs::path whole(path);
  constexpr size_t longest = 200;  // a name has at most 255 bytes
  const std::string name =
      text_of(".", whole.filename().string().substr(0, longest), ".partial-", getpid());
  return (whole.parent_path() / name).string();
}

void make_folders_above(const std::string& path) {
  std::error_code error;
  const fs::path above = fs::path(path).parent_path();
  if (!above.empty()) fs::create_directories(above, error);
  if (error) throw IoError(above.string(), ": cannot create directory: ", error.message());
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

FolderLock::FolderLock(const std::string& folder, const std::string& file)
    : folder_(folder, O_RDONLY | O_DIRECTORY, "open directory"),
      folder_is_locked_(take_lock(folder_, folder + "/" + file)),
      file_(Descriptor::own_file(folder + "/" + file, O_RDWR | O_CREAT, "create")) {
  const std::string path = folder + "/" + file;
  if (!take_lock(file_, path) && !folder_is_locked_) fail_system(path, "lock");
  // Who has it is only a help for others: a full disk does not matter here.
  const std::string owner = std::to_string(getpid());
  static_cast<void>(ftruncate(file_, 0) == 0 && pwrite(file_, owner.data(), owner.size(), 0) > 0);
}

std::optional<std::string> FolderLock::owner(const std::string& folder, const std::string& file) {
  const std::string path = folder + "/" + file;
  Locked locked = look_at_lock(Descriptor(folder, O_RDONLY | O_DIRECTORY, "open directory"));
  if (locked == Locked::unknown && !is_free(path)) {
    locked = look_at_lock(Descriptor::regular_file(path, O_RDONLY, "read", Links::refuse));
  }
  return locked == Locked::yes ? std::optional(owner_in(path)) : std::nullopt;
}

bool FolderLock::is_at(const std::string& folder) const {
  struct stat locked {
  }, there{};
  return fstat(folder_, &locked) == 0 && stat(folder.c_str(), &there) == 0 &&
         locked.st_dev == there.st_dev && locked.st_ino == there.st_ino;
}

}  // namespace heed

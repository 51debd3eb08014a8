// Folders that appear whole or not at all, and whose names survive a power failure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "heed/framework/io/descriptor.h"

namespace heed {

/// Whether there is a regular file at `path`.
bool is_file(const std::string& path);
/// Whether nothing is at `path`, not even a link that leads nowhere.
bool is_free(const std::string& path);
/// Whether there is a folder at `path`. Throws IoError if anything else is there, a symbolic link
/// too, or if that cannot be found out: only nothing is nothing.
bool has_folder(const std::string& path);
/// The names in a folder; none if there is no folder. Throws IoError as has_folder does.
std::vector<std::string> names_in(const std::string& path);
/// A name for what will be published as `path`: beside it, hidden, and unique to this process.
std::string partial_name(const std::string& path);

/// Creates those of the folders above `path` that are missing. Throws IoError.
void make_folders_above(const std::string& path);

/// Creates a folder. Throws IoError, also if there is something at `path`.
void make_folder(const std::string& path);

/// Waits until the names in a folder are on the disk. Throws IoError.
void sync_folder(const std::string& path);

/// Gives the file or folder `from`, whose content is on the disk, the new name `to` in the same
/// folder: at `to` there is either nothing or all of it, even after a power failure. Returns false,
/// having done nothing, if there is something at `to`. Throws IoError.
[[nodiscard]] bool publish(const std::string& from, const std::string& to);

/// The same for a file, which may replace another one.
void publish_over(const std::string& from, const std::string& to);

/// Removes a folder with all that is in it, or a file, as far as possible; never throws.
void remove_folder(const std::string& path) noexcept;

/// A lock on a folder and on a file in it, which is created if there is none. Other processes
/// cannot take the lock until this object is destroyed or the process ends in any way, not even if
/// the file is removed.
class FolderLock {
 public:
  /// `file` is a name in the folder. Throws IoError if another process has the lock, naming that
  /// process.
  FolderLock(const std::string& folder, const std::string& file);

  /// The process that has the lock, "unknown" if it cannot be read; none if the lock is free.
  /// Changes nothing and keeps nobody from taking the lock: the constructor waits for the moment in
  /// which this looks. Throws IoError if there is no such folder.
  static std::optional<std::string> owner(const std::string& folder, const std::string& file);

  /// Whether `folder` still is the locked one.
  bool is_at(const std::string& folder) const;

 private:
  Descriptor folder_;
  bool folder_is_locked_;  // not all network file systems can
  Descriptor file_;
};

}  // namespace heed

// Folders that appear whole or not at all, and whose names outlive a loss of power.
#pragma once

#include <string>

#include "heed/framework/io/descriptor.h"

namespace heed {

/// Whether there is a regular file at `path`.
bool is_file(const std::string& path);
/// Whether nothing is at `path`, not even a link that leads nowhere.
bool is_free(const std::string& path);
/// A name for what will be published as `path`: beside it, hidden, and of this process alone.
std::string partial_name(const std::string& path);

/// Makes a folder. Throws IoError, also if there is something at `path`.
void make_folder(const std::string& path);

/// Waits until the names in a folder are on the disk. Throws IoError.
void sync_folder(const std::string& path);

/// Gives the file or folder `from`, whose content is on the disk, the new name `to` in the same
/// folder: who looks for `to` finds nothing or all of it, also after a loss of power. Returns
/// false, having done nothing, if there is something at `to`. Throws IoError.
[[nodiscard]] bool publish(const std::string& from, const std::string& to);

/// The same for a file that may take the place of another one.
void publish_over(const std::string& from, const std::string& to);

/// Removes a folder with all that is in it, or a file, as far as possible; never throws.
void remove_folder(const std::string& path) noexcept;

/// A lock on a file that is made if it is not there. Other processes that want the lock are refused
/// until this object or the process is gone, however it ends.
class FileLock {
 public:
  /// Throws IoError if another process has the lock, naming that process.
  explicit FileLock(const std::string& path);

  /// Whether there is another file at `path` than the locked one.
  bool was_replaced(const std::string& path) const;

 private:
  Descriptor descriptor_;
};

}  // namespace heed

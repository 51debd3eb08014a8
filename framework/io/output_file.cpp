#include "heed/framework/io/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "heed/framework/io/folder.h"

namespace heed {

OutputFile::OutputFile(std::string path)
    : path_(std::move(path)), descriptor_(path_, O_WRONLY | O_CREAT | O_EXCL, "create") {}

OutputFile::OutputFile(std::string path, int64_t kept)
    : path_(std::move(path)),
      descriptor_(Descriptor::own_file(path_, O_WRONLY | O_CREAT | O_APPEND, "open")) {
  const int64_t end = size();
  if (end > kept && ftruncate(descriptor_, kept) != 0) fail_system(path_, "truncate");
}

int64_t OutputFile::size() const {
  struct stat status {};
  if (fstat(descriptor_, &status) != 0) fail_system(path_, "write");
  return status.st_size;
}

void OutputFile::write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_system(path_, "write");
    text.remove_prefix(static_cast<size_t>(written));
  }
}

void OutputFile::sync() {
  while (fsync(descriptor_) != 0) {
    if (errno != EINTR) fail_system(path_, "write");
  }
}

void OutputFile::close() {
  // A network file system may report only now that the disk is full.
  if (!descriptor_.close()) fail_system(path_, "write");
}

void write_file(const std::string& path, std::string_view text) {
  OutputFile file(path);
  file.write(text);
  file.sync();
  file.close();
}

void replace_file(const std::string& path, std::string_view text) {
  const std::string partial = partial_name(path);
  remove_folder(partial);  // of an earlier process
  try {
    write_file(partial, text);
    publish_over(partial, path);
  } catch (...) {
    remove_folder(partial);
    throw;
  }
}

}  // namespace heed

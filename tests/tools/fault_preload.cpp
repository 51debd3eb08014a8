// A library to preload (LD_PRELOAD): lets one call that writes fail, be cut short, or be the last
// one of the process. Only calls count that concern a path with FAULT_UNDER in it.
//
//   FAULT_UNDER  a part of paths
//   FAULT_LOG    a file to which each call is written down before it is made: NAME PATH
//   FAULT_AT     the call, counted from 1, that something happens to
//   FAULT_ERROR  the errno it then fails with; "short": writes one byte only; "exit": the process
//                ends before it
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

enum class Verdict { pass, fail, shorten };

std::string variable(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? "" : text;
}

std::string path_of(int descriptor) {
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  std::array<char, PATH_MAX> path{};
  const ssize_t size = readlink(link.c_str(), path.data(), path.size());
  return {path.data(), size > 0 ? static_cast<size_t>(size) : 0};
}

void write_down(const std::string& line) {
  const std::string log = variable("FAULT_LOG");
  if (log.empty()) return;
  const long descriptor =
      syscall(SYS_openat, AT_FDCWD, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
  syscall(SYS_write, descriptor, line.data(), line.size());
  syscall(SYS_close, descriptor);
}

/// What is to happen to a call.
Verdict judge(const char* name, const std::string& path) {
  static int calls = 0;
  if (path.find(variable("FAULT_UNDER")) == std::string::npos) return Verdict::pass;
  write_down(std::string(name) + " " + path + "\n");
  if (++calls != std::atoi(variable("FAULT_AT").c_str())) return Verdict::pass;
  const std::string error = variable("FAULT_ERROR");
  if (error == "exit") syscall(SYS_exit_group, 77);
  if (error == "short") return Verdict::shorten;
  errno = std::atoi(error.c_str());
  return Verdict::fail;
}

size_t cut(Verdict verdict, size_t size) {
  return verdict == Verdict::shorten && size > 1 ? 1 : size;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  const bool writes = (flags & (O_WRONLY | O_RDWR | O_CREAT)) != 0;
  if (writes && judge("open", path) == Verdict::fail) return -1;
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

ssize_t write(int descriptor, const void* from, size_t size) {
  const Verdict verdict = judge("write", path_of(descriptor));
  if (verdict == Verdict::fail) return -1;
  return syscall(SYS_write, descriptor, from, cut(verdict, size));
}

ssize_t pwrite(int descriptor, const void* from, size_t size, off_t at) {
  const Verdict verdict = judge("pwrite", path_of(descriptor));
  if (verdict == Verdict::fail) return -1;
  return syscall(SYS_pwrite64, descriptor, from, cut(verdict, size), at);
}

int fsync(int descriptor) {
  if (judge("fsync", path_of(descriptor)) == Verdict::fail) return -1;
  return static_cast<int>(syscall(SYS_fsync, descriptor));
}

int ftruncate(int descriptor, off_t size) noexcept {
  if (judge("ftruncate", path_of(descriptor)) == Verdict::fail) return -1;
  return static_cast<int>(syscall(SYS_ftruncate, descriptor, size));
}

/// Closes in any case, as Linux does.
int close(int descriptor) {
  const std::string path = path_of(descriptor);
  const bool fails = judge("close", path) == Verdict::fail;
  const int error = errno;
  const long result = syscall(SYS_close, descriptor);
  if (!fails) return static_cast<int>(result);
  errno = error;
  return -1;
}

int mkdir(const char* path, mode_t mode) noexcept {
  if (judge("mkdir", path) == Verdict::fail) return -1;
  return static_cast<int>(syscall(SYS_mkdirat, AT_FDCWD, path, mode));
}

int rename(const char* from, const char* to) noexcept {
  if (judge("rename", to) == Verdict::fail) return -1;
  return static_cast<int>(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to,
              unsigned flags) noexcept {
  if (judge("renameat2", to) == Verdict::fail) return -1;
  return static_cast<int>(syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
}

}  // extern "C"

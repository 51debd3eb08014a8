// New files: nothing is overwritten, and no write fails unseen.
#include "heed/framework/io/output_file.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "heed/framework/io/io_error.h"
#include "heed/framework/io/safetensors.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/support/catch.h"
#include "heed/tests/support/folder.h"

namespace heed::testing::output_file_test {
namespace {

/// While it lives, no file can grow beyond `bytes`: to a program, a full disk looks the same.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

template <class Act>
std::string message_of(Act act) {
  try {
    act();
  } catch (const IoError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("an output file holds all that was written", "[io]") {
  const Folder folder;
  OutputFile file(folder / "a");
  file.write("one ");
  file.write("");
  file.write("two");
  CHECK(folder.read("a") == "one two");  // before it is closed
  file.sync();
  file.write(" three");
  file.close();
  CHECK(folder.read("a") == "one two three");
}

TEST_CASE("an output file overwrites nothing", "[io]") {
  const Folder folder;
  folder.write("a", "precious");
  CHECK(message_of([&] { OutputFile(folder / "a"); }) ==
        (folder / "a") + ": cannot create: File exists; choose another name or remove it");
  CHECK(folder.read("a") == "precious");
  CHECK(message_of([&] { OutputFile(folder / "no/a"); }) ==
        (folder / "no/a") + ": cannot create: No such file or directory");
}

TEST_CASE("an output file that is continued is one of its own", "[io][posix]") {
  const Folder folder;
  folder.write("a", "one two");
  OutputFile(folder / "a", 4).write("three");
  CHECK(folder.read("a") == "one three");
  OutputFile(folder / "new", 4).write("four");
  CHECK(folder.read("new") == "four");
  const auto refusal = [&](const char* name) {
    return message_of([&] { OutputFile(folder / name, 0); });
  };
  const std::string cannot = ": cannot open: ";
  std::filesystem::create_symlink("a", folder / "link");
  CHECK(refusal("link") ==
        (folder / "link") + cannot + "it is a symbolic link; only a regular file is accepted here");
  std::filesystem::create_hard_link(folder / "a", folder / "b");
  CHECK(refusal("b") == (folder / "b") + cannot +
                            "it has 2 names (hard links), and the change would appear under all of "
                            "them; replace it by a copy of its own");
  std::filesystem::create_directory(folder / "folder");
  CHECK(refusal("folder") == (folder / "folder") + cannot + "it is a directory");
  REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(refusal("pipe") == (folder / "pipe") + cannot + "it is not a regular file");
  CHECK(folder.read("a") == "one three");
}

TEST_CASE("a disk that fills up in the middle of a write is an error", "[io][posix]") {
  const Folder folder;
  OutputFile file(folder / "a");
  const std::string text(5000, 'x');
  {
    const FileSizeLimit full(3000);
    CHECK(message_of([&] { file.write(text); }) ==
          (folder / "a") + ": cannot write: File too large");
  }
  CHECK(folder.read("a").size() == 3000);  // the write was partial first, and was tried again
}

TEST_CASE("a safetensors file that does not fit on the disk is not left half-written",
          "[io][posix]") {
  const Folder folder;
  const NamedTensors tensors = {{"w", ones({1000})}};
  {
    const FileSizeLimit full(3000);
    CHECK(message_of([&] { save_safetensors(folder / "a", tensors); }) ==
          (folder / "a") + ": cannot write: File too large");
  }
  CHECK(folder.names().empty());
  save_safetensors(folder / "a", tensors);
  CHECK(message_of([&] { save_safetensors(folder / "a", {}); }) ==
        (folder / "a") + ": cannot create: File exists; choose another name or remove it");
  CHECK(load_safetensors(folder / "a").tensors.size() == 1);
}

}  // namespace heed::testing::output_file_test

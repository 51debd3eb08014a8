// Files as bytes: what is no regular file, is too large or becomes shorter is refused.
#include "heed/framework/io/read_file.h"

#include <sys/stat.h>

#include <filesystem>

#include "heed/framework/io/input_file.h"
#include "heed/framework/io/io_error.h"
#include "heed/tests/support/catch.h"
#include "heed/tests/support/folder.h"

namespace heed::testing::read_file_test {
namespace {

std::string refusal(const std::string& path, size_t at_most = 100) {
  try {
    read_file(path, at_most);
  } catch (const IoError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a file is read as the bytes it has", "[io]") {
  const Folder folder;
  const std::string bytes("a\0\r\n\xff", 5);
  folder.write("a", bytes);
  CHECK(read_file(folder / "a", 5) == bytes);
  folder.write("empty", "");
  CHECK(read_file(folder / "empty", 0).empty());
  std::filesystem::create_symlink(folder / "a", folder / "link");
  CHECK(read_file(folder / "link", 5) == bytes);
}

TEST_CASE("what cannot be read as a file is refused at once", "[io]") {
  const Folder folder;
  CHECK(refusal(folder / "no") == (folder / "no") + ": cannot read: No such file or directory");
  CHECK(refusal(folder.path()) == folder.path() + ": cannot read: it is a directory");
  CHECK(refusal("/dev/zero") == "/dev/zero: cannot read: it is not a regular file");
  folder.write("large", std::string(101, 'x'));
  CHECK(refusal(folder / "large") == (folder / "large") + ": too large: 101 bytes, at most 100");
}

TEST_CASE("a pipe and a terabyte are refused at once", "[io][posix]") {
  const Folder folder;
  REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(refusal(folder / "pipe") == (folder / "pipe") + ": cannot read: it is not a regular file");
  folder.write("sparse", "");
  std::filesystem::resize_file(folder / "sparse", uintmax_t{1} << 40);
  CHECK(refusal(folder / "sparse") ==
        (folder / "sparse") + ": too large: 1099511627776 bytes, at most 100");
}

TEST_CASE("a file that becomes shorter while it is read is refused", "[io]") {
  const Folder folder;
  folder.write("a", std::string(20, 'x'));
  InputFile file(folder / "a");
  CHECK(file.size() == 20);
  char bytes[20];
  file.read(bytes, 4);
  std::filesystem::resize_file(folder / "a", 10);
  CHECK_THROWS_WITH(file.read(bytes, 16),
                    (folder / "a") +
                        ": cannot read: it ends after 10 of its 20 bytes; it was truncated "
                        "while being read");
}

}  // namespace heed::testing::read_file_test

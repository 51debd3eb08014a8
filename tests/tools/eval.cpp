// heed-eval: reads one JSON request per line on stdin, answers each with one line on stdout.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "heed/tests/support/case/sanitized.h"
#include "heed/tests/support/case/tensor_json.h"
#include "heed/tests/support/eval.h"

namespace {

/// Makes a request for too much memory an error (bad_alloc) instead of the end of the process.
void limit_memory() {
  if (heed::testing::address_sanitized) return;
  const long pages = sysconf(_SC_PHYS_PAGES), page_size = sysconf(_SC_PAGESIZE);
  rlimit limit{};
  if (pages <= 0 || page_size <= 0 || getrlimit(RLIMIT_AS, &limit) != 0) return;
  const rlim_t half = static_cast<rlim_t>(pages) / 2 * static_cast<rlim_t>(page_size);
  limit.rlim_cur = std::min(limit.rlim_max, half);
  setrlimit(RLIMIT_AS, &limit);
}

/// The next line without its end; false at the end of the input. Bytes beyond the limit of a
/// request are counted, not kept.
bool read_line(std::string& line) {
  line.clear();
  bool any = false;
  for (int letter = getc_unlocked(stdin); letter != EOF; letter = getc_unlocked(stdin)) {
    any = true;
    if (letter == '\n') break;
    if (line.size() <= heed::testing::max_json_bytes) line += static_cast<char>(letter);
  }
  return any;
}

}  // namespace

int main() {
  limit_memory();
  std::string line;
  while (read_line(line)) {
    std::string text;
    try {
      text = heed::testing::answer(line);
    } catch (const std::exception&) {
      text = "{\"error\":\"out of memory\"}";
    }
    text += '\n';
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) return 1;
    if (std::fflush(stdout) != 0) return 1;
  }
  return 0;
}

// The engine of a page: heed as a WebAssembly module whose single function answers requests.
#include <filesystem>
#include <string>

#include "heed/examples/cli/page/session.h"

namespace {

/// In the memory of the page, where files live.
constexpr const char* folder = "/heed";

heed::PageSession& session() {
  static heed::PageSession only = [] {
    std::filesystem::create_directories(folder);
    return heed::PageSession(heed::builtin_registry(), folder);
  }();
  return only;
}

}  // namespace

/// See heed::answer_request. The answer lives until the next call.
extern "C" __attribute__((visibility("default"))) const char* heed_answer(const char* request) {
  static std::string answer;
  answer = heed::answer_request(session(), request);
  return answer.c_str();
}

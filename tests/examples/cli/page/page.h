// Page: a session in a folder of its own, asked in JSON as a page asks it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "heed/examples/cli/page/session.h"
#include "heed/tests/support/catch.h"
#include "heed/tests/support/folder.h"

namespace heed::testing {

using PageJson = nlohmann::ordered_json;
using Sets = std::vector<std::string>;

class Page {
 public:
  explicit Page(const Registry& registry = builtin_registry())
      : session_(registry, folder_.path()) {}

  std::string text(const std::string& request) { return answer_request(session_, request); }

  /// What is answered, which is no error.
  PageJson get(const PageJson& request) {
    const PageJson answer = PageJson::parse(text(request.dump()));
    INFO(request.dump() << " -> " << answer.dump().substr(0, 500));
    REQUIRE_FALSE(answer.contains("error"));
    return answer;
  }
  /// The error that a text gets: its kind, ": " and its message.
  std::string error_of(const std::string& request) {
    const PageJson answer = PageJson::parse(text(request));
    INFO(request << " -> " << answer.dump().substr(0, 500));
    REQUIRE(answer.size() == 1);
    const PageJson& error = answer.at("error");
    return error.at("kind").get<std::string>() + ": " + error.at("message").get<std::string>();
  }
  std::string error(const PageJson& request) { return error_of(request.dump()); }

  PageJson open(const std::string& shipped, const Sets& sets = {}, bool keep = false) {
    return get({{"do", "open"}, {"shipped", shipped}, {"sets", sets}, {"keep", keep}});
  }
  PageJson train(int64_t steps) { return get({{"do", "train"}, {"steps", steps}}); }
  PageJson get(const char* name) { return get(PageJson{{"do", name}}); }

  const Folder& folder() const { return folder_; }

 private:
  Folder folder_;
  PageSession session_;
};

/// "reverse", small enough to train in a moment; with dropout, so that steps depend on their
/// number.
inline Sets small_sets(const Sets& more = {}) {
  Sets sets{"task.length=6",           "model.d_model=16",   "model.dropout=0.1",
            "model.attention.heads=2", "train.batch_size=8", "train.eval_sequences=40",
            "train.eval_every=20",     "train.steps=100"};
  for (const std::string& set : more) {
    const std::string key = set.substr(0, set.find('=') + 1);
    std::erase_if(sets, [&](const std::string& other) { return other.starts_with(key); });
    sets.push_back(set);
  }
  return sets;
}

/// Of all steps that an answer to "train" tells.
inline std::vector<double> losses_in(const PageJson& trained) {
  std::vector<double> losses;
  for (const PageJson& step : trained.at("steps")) losses.push_back(step.at("loss").get<double>());
  return losses;
}

}  // namespace heed::testing

// Small trained runs, for the tests of the commands that read them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing {

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

inline std::vector<nlohmann::ordered_json> json_lines(const std::string& text) {
  std::vector<nlohmann::ordered_json> all;
  for (const std::string& line : lines_of(text)) all.push_back(nlohmann::ordered_json::parse(line));
  return all;
}

/// Trains `config` into the run directory `name`; returns the result line.
inline nlohmann::ordered_json train_run(const Folder& folder, const std::string& name,
                                        const std::string& config,
                                        const std::vector<std::string>& more = {}) {
  folder.write(name + ".json", config);
  std::vector<std::string> arguments{"train", name + ".json", "--out", name};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Ended ended = run_heed(folder, arguments);
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  return json_lines(ended.out).back();
}

/// A configuration of a tiny multi-head model of this task.
inline std::string small_config(const std::string& task, const std::string& model = "") {
  return R"({"task": )" + task + R"(, "model": {"d_model": 8, )" + model +
         R"("attention": {"type": "multi_head_attention", "heads": 2}},
            "train": {"steps": 6, "batch_size": 4, "eval_every": 3, "eval_sequences": 20,
                      "lr": 0.01}})";
}

/// Runs a command that is bad input: says nothing on stdout; returns what it says on stderr.
inline std::string refusal(const Folder& folder, const std::vector<std::string>& arguments) {
  const Ended ended = run_heed(folder, arguments);
  CHECK(ended.exit_code == 2);
  CHECK(ended.out.empty());
  return ended.err;
}

}  // namespace heed::testing

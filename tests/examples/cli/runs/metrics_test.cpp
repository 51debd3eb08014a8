// metrics.jsonl as it is read: also if it was cut, edited or made to do harm.
#include "heed/examples/cli/runs/metrics.h"

#include <sys/stat.h>

#include <cmath>
#include <filesystem>
#include <string>

#include "heed/framework/io/io_error.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/examples/cli/runs/resume_support.h"
#include "heed/tests/examples/cli/runs/small_run.h"
#include "heed/tests/support/catch.h"
#include "heed/tests/support/folder.h"

namespace heed::testing::metrics_test {
namespace {

Metrics metrics_of(const std::string& lines) {
  const Folder folder;
  folder.write("metrics.jsonl", lines);
  return read_metrics(folder.path());
}

TEST_CASE("metrics are what the run wrote", "[metrics]") {
  const Folder folder;
  folder.write("config.json", tiny_config());
  train_well(folder, {"config.json", "--out", "run"});
  const Metrics metrics = read_metrics(folder / "run");
  CHECK(metrics.warnings.empty());
  REQUIRE(metrics.steps.size() == 6);
  REQUIRE(metrics.evaluations.size() == 2);
  for (int64_t i = 0; i < 6; ++i) CHECK(metrics.steps.at(static_cast<size_t>(i)).step == i + 1);
  CHECK(metrics.steps[0].loss > 0);
  CHECK(metrics.steps[0].grad_norm > 0);
  CHECK(metrics.steps[0].tokens_per_second > 0);
  CHECK(metrics.evaluations[1].step == 6);
  CHECK(!metrics.evaluations[1].training);
}

TEST_CASE("metrics: every number has its place", "[metrics]") {
  const Metrics metrics =
      metrics_of(R"({"step":1,"loss":1.5,"lr":0.25,"grad_norm":3,"tokens_per_second":4e3})"
                 "\n"
                 R"({"step":1,"eval_loss":1,"token_accuracy":0.5,"sequence_accuracy":0.25,)"
                 R"("train_loss":2,"train_token_accuracy":0.75,"train_sequence_accuracy":0.125})"
                 "\n");
  REQUIRE(metrics.steps.size() == 1);
  const MeasuredStep& step = metrics.steps[0];
  CHECK((step.loss == 1.5 && step.lr == 0.25 && step.grad_norm == 3));
  CHECK(step.tokens_per_second == 4000);
  REQUIRE(metrics.evaluations.size() == 1);
  const auto& [number, held_out, training] = metrics.evaluations[0];
  CHECK(number == 1);
  CHECK((held_out.loss == 1 && held_out.token_accuracy == 0.5));
  CHECK(held_out.sequence_accuracy == 0.25);
  REQUIRE(training);
  CHECK((training->loss == 2 && training->token_accuracy == 0.75));
  CHECK(training->sequence_accuracy == 0.125);
  CHECK(metrics.warnings.empty());
}

TEST_CASE("metrics: what is not a finite number is NaN", "[metrics]") {
  const Metrics metrics =
      metrics_of(R"({"step":1,"loss":NaN,"lr":-Infinity,"grad_norm":null,"name":"a NaN \" of {"})"
                 "\n"
                 R"({"step":2,"loss":"3","lr":true,"tokens_per_second":7})"
                 "\n"
                 R"({"step":3,"loss":1e999,"lr":nan,"grad_norm":-inf,"tokens_per_second":7e-3})"
                 "\n");
  CHECK(metrics.warnings.empty());
  REQUIRE(metrics.steps.size() == 3);
  for (const MeasuredStep& step : metrics.steps) {
    CHECK(std::isnan(step.loss));
    CHECK(std::isnan(step.lr));
    CHECK(std::isnan(step.grad_norm));
  }
  CHECK(std::isnan(metrics.steps[0].tokens_per_second));
  CHECK(metrics.steps[1].tokens_per_second == 7);
  CHECK(metrics.steps[2].tokens_per_second == 0.007);
}

TEST_CASE("metrics: steps are in order, and the last of equal ones counts", "[metrics]") {
  const Metrics metrics = metrics_of(
      "{\"step\":3,\"loss\":3}\n{\"step\":1,\"loss\":1}\n{\"step\":2,\"loss\":2}\n"
      "{\"step\":3,\"loss\":33}\n");
  REQUIRE(metrics.steps.size() == 3);
  CHECK(metrics.steps[0].loss == 1);
  CHECK(metrics.steps[1].loss == 2);
  CHECK(metrics.steps[2].loss == 33);
}

TEST_CASE("metrics: a cut last line is left out and said", "[metrics]") {
  const std::string whole = "{\"step\":1,\"loss\":1}\n";
  const std::string next = R"({"step":2,"loss":2})";
  for (size_t kept = 1; kept < next.size(); ++kept) {
    const Metrics metrics = metrics_of(whole + next.substr(0, kept));
    REQUIRE(metrics.steps.size() == 1);
    REQUIRE(metrics.warnings.size() == 1);
    CHECK(contains(metrics.warnings[0], "its last line is cut off"));
  }
  CHECK(metrics_of(whole + next).steps.size() == 2);
  CHECK(metrics_of(whole + next).warnings.empty());
}

TEST_CASE("metrics: lines that heed did not write are counted", "[metrics]") {
  const std::string good = "{\"step\":1,\"loss\":1}\n";
  for (const std::string& bad :
       {std::string("hello"), std::string(""), std::string("[]"), std::string("{}"),
        std::string(R"({"step":1})"), std::string(R"({"step":-1,"loss":1})"),
        std::string(R"({"step":1.5,"loss":1})"),
        std::string(R"({"step":99999999999999999,"loss":1})"), std::string(R"({"loss":1})"),
        std::string(8, '\0'), std::string("\xff\xfe"), std::string(40, '['),
        std::string(5000000, '['), std::string(70000, ' ') + R"({"step":1,"loss":1})"}) {
    CAPTURE(bad.substr(0, 40));
    const Metrics metrics = metrics_of(good + bad + "\n" + bad + "\n" + good);
    CHECK(metrics.steps.size() == 1);
    CHECK(metrics.evaluations.empty());
    REQUIRE(metrics.warnings.size() == 1);
    CHECK(contains(metrics.warnings[0],
                   "metrics.jsonl: skipped 2 lines that heed "
                   "did not write, the first is line 2"));
  }
}

TEST_CASE("metrics: no file, or an empty one, is a run that has measured nothing", "[metrics]") {
  CHECK(metrics_of("").warnings.empty());
  CHECK(metrics_of("").steps.empty());
  const Folder folder;
  const Metrics metrics = read_metrics(folder.path());
  CHECK(metrics.steps.empty());
  REQUIRE(metrics.warnings.size() == 1);
  CHECK(contains(metrics.warnings[0], "there is no such file"));
}

TEST_CASE("metrics: links, pipes, folders and huge files are refused", "[metrics]") {
  const Folder folder;
  folder.write("elsewhere", "{\"step\":1,\"loss\":1}\n");
  SECTION("a link") {
    std::filesystem::create_symlink("elsewhere", folder / "metrics.jsonl");
  }
  SECTION("a link that leads nowhere") {
    std::filesystem::create_symlink("nowhere", folder / "metrics.jsonl");
  }
  SECTION("a pipe") {
    REQUIRE(mkfifo((folder / "metrics.jsonl").c_str(), 0600) == 0);
  }
  SECTION("a folder") {
    std::filesystem::create_directory(folder / "metrics.jsonl");
  }
  SECTION("2 GiB of nothing") {
    folder.write("metrics.jsonl", "");
    std::filesystem::resize_file(folder / "metrics.jsonl", uint64_t{1} << 31);
  }
  CHECK_THROWS_AS(read_metrics(folder.path()), IoError);
}

}  // namespace
}  // namespace heed::testing::metrics_test

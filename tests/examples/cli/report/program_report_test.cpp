// `heed report`: a page of a run, whatever is missing in it or hostile about it.
#include <algorithm>

#include "heed/tests/examples/cli/runs/small_run.h"

namespace heed::testing::program_report_test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

const char* const reverse_task = R"({"type": "reverse", "symbols": 4, "length": 4})";

std::string between(const std::string& text, const std::string& start, const std::string& end) {
  const size_t at = text.find(start);
  REQUIRE(at != std::string::npos);
  const size_t first = at + start.size();
  return text.substr(first, text.find(end, first) - first);
}

Json data_of(const std::string& page) {
  return Json::parse(
      between(page, "<script type=\"application/json\" id=\"heed-data\">", "</script>"));
}

/// The page of a run, which is written without complaint.
std::string page_of(const Folder& folder, const std::string& run) {
  const Ended ended = run_heed(folder, {"report", run});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  CHECK(ended.out == run + "/report.html\n");
  return folder.read(run + "/report.html");
}

/// How often a text has another one.
size_t count_of(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

/// Only what heed has written is markup.
void check_markup(const std::string& page) {
  CHECK(count_of(page, "<script") == 2);
  CHECK(count_of(page, "</script") == 2);
  CHECK(count_of(page, "<style") == 1);
  CHECK(count_of(page, "<!--") == 0);
  CHECK(count_of(page, "</html>") == 1);
  CHECK(count_of(page, " onerror=") == 0);
  CHECK(count_of(page, " style=") == 0);  // the policy forbids it
  CHECK(page.find('\0') == std::string::npos);
  CHECK(page.find('\x1b') == std::string::npos);
}

TEST_CASE("a report shows what the run has measured", "[program][report]") {
  const Folder folder;
  const Json result = train_run(folder, "run", small_config(reverse_task));
  const std::string page = page_of(folder, "run");
  check_markup(page);
  const std::vector<Json> lines = json_lines(folder.read("run/metrics.jsonl"));
  const Json data = data_of(page);
  const Json& loss = data["figures"][0];
  CHECK(loss["id"] == "loss");
  std::vector<double> measured, held_out;
  for (const Json& line : lines) {
    if (line.contains("loss")) measured.push_back(line["loss"]);
    if (line.contains("eval_loss")) held_out.push_back(line["eval_loss"]);
  }
  const auto check_series = [&](size_t index, const std::vector<double>& values) {
    const Json& shown = loss["series"][index]["y"];
    REQUIRE(shown.size() == values.size());
    for (size_t i = 0; i < values.size(); ++i) {
      CHECK(std::abs(shown[i].get<double>() - values[i]) <= 1e-6 * values[i]);
    }
  };
  check_series(0, measured);
  check_series(1, held_out);
  CHECK(data["clocks"][0]["batch"] == 4);
  for (const char* id : {"curves", "examples", "model", "origin"}) {
    CHECK(contains(page, std::string("<section id=\"") + id + "\""));
    CHECK(contains(page, std::string("<a href=\"#") + id + "\""));
  }
  CHECK(contains(page, std::to_string(result["parameters"].get<int64_t>())));
  CHECK(contains(page, "<svg"));  // without scripts, too
  CHECK(!contains(page, "id=\"warnings\""));
}

TEST_CASE("a report is written where --out says, over an older one", "[program][report]") {
  const Folder folder;
  train_run(folder, "run", small_config(reverse_task));
  folder.write("page.html", "old");
  const Ended ended = run_heed(folder, {"report", "run", "--out", "page.html"});
  CHECK(ended.exit_code == 0);
  CHECK(contains(folder.read("page.html"), "</html>"));
  CHECK(!fs::exists(folder / "run/report.html"));
  const Ended nowhere = run_heed(folder, {"report", "run", "--out", "missing/page.html"});
  CHECK(nowhere.exit_code == 1);
  CHECK(contains(nowhere.err, "missing"));
  CHECK(contains(refusal(folder, {"report", "nothing"}), "nothing"));
  CHECK(contains(refusal(folder, {"report"}), "RUN"));
}

TEST_CASE("a report says what is missing", "[program][report]") {
  const Folder folder;
  train_run(folder, "run", small_config(reverse_task));
  SECTION("checkpoints") {
    fs::remove_all(folder / "run/checkpoints");
    const std::string page = page_of(folder, "run");
    CHECK(contains(page, "neither examples nor model: "));
    CHECK(contains(page, "<section id=\"curves\""));
    CHECK(!contains(page, "<section id=\"examples\""));
  }
  SECTION("metrics") {
    fs::remove(folder / "run/metrics.jsonl");
    const std::string page = page_of(folder, "run");
    CHECK(contains(page, "the run has not measured anything yet"));
    CHECK(!contains(page, "<section id=\"curves\""));
    CHECK(contains(page, "<section id=\"model\""));
  }
  SECTION("a last line that was cut, and numbers that are none") {
    const std::string metrics = folder.read("run/metrics.jsonl");
    folder.write("run/metrics.jsonl", R"({"step": 1, "loss": NaN, "lr": 0.1})"
                                      "\n" +
                                          metrics.substr(0, metrics.size() - 9));
    const std::string page = page_of(folder, "run");
    CHECK(contains(page, "metrics.jsonl"));
    CHECK(contains(page, "id=\"warnings\""));
    CHECK(contains(page, "<section id=\"curves\""));
  }
  SECTION("a checkpoint of another run") {
    train_run(folder, "other", small_config(reverse_task), {"--set", "train.seed=5"});
    for (const auto& entry : fs::directory_iterator(folder / "run/checkpoints")) {
      const std::string name = entry.path().filename().string();
      fs::copy_file(folder / ("other/checkpoints/" + name + "/model.safetensors"),
                    entry.path() / "model.safetensors", fs::copy_options::overwrite_existing);
    }
    CHECK(contains(page_of(folder, "run"), "neither examples nor model: "));
  }
  SECTION("metrics that are a link") {
    fs::rename(folder / "run/metrics.jsonl", folder / "elsewhere");
    fs::create_symlink("../elsewhere", folder / "run/metrics.jsonl");
    const std::string page = page_of(folder, "run");
    CHECK(contains(page, "symbolic link"));
    CHECK(!contains(page, "<section id=\"curves\""));
  }
}

TEST_CASE("the report of a run that diverged says so, and is written", "[program][report]") {
  const Folder folder;
  folder.write("a.json", small_config(reverse_task));
  const Ended ended = run_heed(folder, {"train", "a.json", "--out", "run", "--report", "--set",
                                        "train.lr=1e30", "--set", "train.schedule=constant"});
  CHECK(ended.exit_code == 3);
  const std::string page = folder.read("run/report.html");
  CHECK(contains(page, "state-bad\">diverged: "));
  CHECK(!contains(page, "diverged: diverged"));
  CHECK(data_of(page)["figures"][0]["marks"].back()["label"] == "diverged");
}

TEST_CASE("hostile words are text in a report", "[program][report]") {
  const Folder folder;
  const std::string words =
      "</script><script>alert(1)</script> \"><img/src=x\xc2\xa0onerror=alert(1)> "
      "<!-- ' \u2028 \u202e \u200f & ]]>";
  std::string data;
  for (const char* answer : {"<b>", "</style>", "\u202e", "&amp;"}) {
    for (const std::string& word :
         {words, std::string("<i>"), std::string("</title> </section>")}) {
      data += word + "\t" + answer + "\n";
    }
  }
  folder.write("pairs.tsv", data + data + data);
  const std::string run = "</h1><script>&'";
  train_run(folder, "run", small_config(R"({"type": "pairs", "path": "pairs.tsv"})"));
  fs::rename(folder / "run", folder / "<b>'&\"");
  const std::string page = page_of(folder, "<b>'&\"");
  check_markup(page);
  CHECK(contains(page, "&lt;b&gt;&#39;&amp;&quot;"));
  CHECK(contains(page, "\\u202e"));
  data_of(page);  // is JSON
}

TEST_CASE("several runs are overlaid, and only keys that differ are shown", "[program][report]") {
  const Folder folder;
  fs::create_directory(folder / "sweep");
  for (const std::string seed : {"0", "1"}) {
    for (const std::string rate : {"0.01", "0.02"}) {
      train_run(folder, "run", small_config(reverse_task),
                {"--set", "train.seed=" + seed, "--set", "train.lr=" + rate});
      fs::rename(folder / "run", folder / ("sweep/" + rate + "-" + seed));
    }
  }
  const std::string page = page_of(folder, "sweep");
  check_markup(page);
  CHECK(contains(page, "reverse: 4 runs"));
  CHECK(contains(page, ">train.lr<"));
  CHECK(contains(page, ">train.seed<"));
  CHECK(!contains(page, ">train.steps<"));
  const Json loss = data_of(page)["figures"][0];
  std::vector<std::string> names;
  for (const Json& series : loss["series"]) {
    if (!series.contains("faint")) names.push_back(series["name"]);
  }
  CHECK(names == std::vector<std::string>{"lr=0.01 (mean of 2)", "lr=0.02 (mean of 2)"});
  const Json& mean = loss["series"][2];
  for (size_t i = 0; i < mean["y"].size(); ++i) {
    const double one = loss["series"][0]["y"][i], other = loss["series"][1]["y"][i];
    CHECK(std::abs(mean["y"][i].get<double>() - (one + other) / 2) < 1e-5);
    CHECK(mean["low"][i] == std::min(one, other));
  }
  CHECK(contains(refusal(folder, {"report", "sweep/0.01-0", "sweep/0.02-0"}), "--out"));
  const Ended two =
      run_heed(folder, {"report", "sweep/0.01-0", "sweep/0.02-0", "--out", "two.html"});
  CHECK(two.exit_code == 0);
  CHECK(contains(folder.read("two.html"), "reverse: 2 runs"));
}

TEST_CASE("train --report keeps a report, and one that fails fails nothing", "[program][report]") {
  const Folder folder;
  train_run(folder, "run", small_config(reverse_task), {"--report"});
  const std::string page = folder.read("run/report.html");
  CHECK(contains(page, "<section id=\"examples\""));
  CHECK(contains(page, ">done<"));  // it was written after the lock was gone
  CHECK(page == page_of(folder, "run"));
  const Ended told =
      run_heed(folder, {"train", "--resume", "run", "--set", "train.steps=7", "--report"});
  CHECK(told.err.ends_with("report: run/report.html\n"));

  // Where the report should be there is a folder, from the first checkpoint on.
  folder.write("run.json", small_config(reverse_task));
  fs::remove(folder / "run/report.html");
  fs::create_directory(folder / "run/report.html");
  const Ended ended =
      run_heed(folder, {"train", "--resume", "run", "--set", "train.steps=9", "--report"});
  CHECK(ended.exit_code == 0);
  CHECK(contains(ended.err, "warning: no report: "));
  CHECK(!contains(ended.err, "\nreport: "));
  CHECK(contains(refusal(folder, {"train", "run.json", "--dry-run", "--report"}), "--report"));
}

}  // namespace
}  // namespace heed::testing::program_report_test

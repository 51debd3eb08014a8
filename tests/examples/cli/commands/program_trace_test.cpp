// `heed trace`: every op of a forward pass is there, with right names, sizes and memory.
#include <nlohmann/json.hpp>
#include <set>

#include "heed/examples/cli/training/experiment.h"
#include "heed/framework/autograd/node.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::program_trace_test {
namespace {

using Json = nlohmann::ordered_json;

const std::string cross_reverse = HEED_SOURCE_DIR "/configs/cross_reverse.json";

std::vector<Json> rows_of(std::vector<std::string> arguments, Json* totals = nullptr) {
  arguments.insert(arguments.begin(), "trace");
  arguments.push_back("--json");
  const Ended ended = run_heed(Folder(), arguments);
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  std::vector<Json> rows;
  for (const std::string& line : lines_of(ended.out)) rows.push_back(Json::parse(line));
  if (totals != nullptr) *totals = rows.back();
  rows.pop_back();
  return rows;
}

std::string axes_text(const Json& row) {
  std::string text;
  for (const auto& axis : row["axes"]) text += (text.empty() ? "" : " ") + axis.get<std::string>();
  return text;
}

/// Rows in which a module runs an op: "axes shape memory" of each.
std::vector<std::string> shown(const std::vector<Json>& rows, const std::string& path,
                               const std::string& op) {
  std::vector<std::string> all;
  for (const Json& row : rows) {
    if (row["path"] != path || row["op"] != op) continue;
    all.push_back(axes_text(row) + " " + row["shape"].dump() + " " +
                  row["memory"].get<std::string>());
  }
  return all;
}

/// How many ops the graph of `output` holds.
size_t count_ops(const Tensor& output) {
  std::set<const Node*> seen;
  std::vector<const Node*> waiting{output.impl()->node.get()};
  size_t ops = 0;
  while (!waiting.empty()) {
    const Node* node = waiting.back();
    waiting.pop_back();
    if (!seen.insert(node).second) continue;
    ops += !node->is_leaf();
    for (const NodeEdge& edge : node->edges()) {
      if (edge.target) waiting.push_back(edge.target.get());
    }
  }
  return ops;
}

TEST_CASE("the shape journey of MyMHA names all axes of the heads", "[program]") {
  using Rows = std::vector<std::string>;
  const std::vector<Json> rows = rows_of({cross_reverse});
  const std::string attention = "encoder.blocks.0.attention";
  CHECK(shown(rows, attention + ".W_Q", "linear") == Rows{"B L_1 H*D_qk [2,16,60] compute"});
  CHECK(shown(rows, attention + ".W_V", "linear") == Rows{"B L_2 H*D_v [2,16,36] compute"});
  CHECK(shown(rows, attention, "permute") ==
        Rows{"B H L_1 D_qk [2,3,16,20] view", "B H L_2 D_qk [2,3,16,20] view",
             "B H L_2 D_v [2,3,16,12] view", "B L_1 H D_v [2,16,3,12] view"});
  CHECK(shown(rows, attention, "view") ==
        Rows{"B L_1 H D_qk [2,16,3,20] view", "B L_2 H D_qk [2,16,3,20] view",
             "B L_2 H D_v [2,16,3,12] view", "B L_1 H*D_v [2,16,36] view"});
  CHECK(shown(rows, attention, "transpose") == Rows{"B H D_qk L_2 [2,3,20,16] view"});
  CHECK(shown(rows, attention, "matmul") ==
        Rows{"B H L_1 L_2 [2,3,16,16] compute", "B H L_1 D_v [2,3,16,12] compute"});
  CHECK(shown(rows, attention, "softmax") == Rows{"B H L_1 L_2 [2,3,16,16] compute"});
  CHECK(shown(rows, attention, "clone") == Rows{"B L_1 H D_v [2,16,3,12] copy"});
  CHECK(shown(rows, attention + ".W_O", "linear") == Rows{"B L_1 D_1 [2,16,40] compute"});
  CHECK(shown(rows, "encoder.blocks.0.feed_forward.expand", "linear") ==
        Rows{"B L_1 d_ff [2,16,160] compute"});
  CHECK(shown(rows, "output", "linear") == Rows{"B L_1 classes [2,16,10] compute"});
}

TEST_CASE("all that was recorded is traced, with its memory", "[program]") {
  Json totals;
  const std::vector<Json> rows = rows_of({cross_reverse}, &totals);
  const Experiment experiment = prepare_experiment(builtin_registry(), cross_reverse, {});
  const Tensor scores = (*experiment.model)(experiment.task->training_batch(1, 2));
  size_t floating = 0;
  int64_t bytes = 0, views = 0, copies = 0;
  const std::set<std::string> view_ops{"view", "permute", "transpose", "slice", "expand"};
  const std::set<std::string> copy_ops{"clone", "index_select"};
  for (const Json& row : rows) {
    INFO(row);
    floating += row["dtype"] == "f32";  // integers have no graph
    const std::string op = row["op"];
    CHECK(row["memory"] == (view_ops.contains(op)   ? "view"
                            : copy_ops.contains(op) ? "copy"
                                                    : "compute"));
    int64_t size = 4;
    for (const int64_t n : row["shape"]) size *= n;
    CHECK(row["bytes"] == (view_ops.contains(op) ? 0 : size));
    bytes += row["bytes"].get<int64_t>();
    views += view_ops.contains(op);
    copies += copy_ops.contains(op);
    for (const std::string input : row["inputs"]) {
      if (input[0] == '#') CHECK(std::stoi(input.substr(1)) < row["row"].get<int>());
    }
  }
  CHECK(floating == count_ops(scores));
  CHECK(totals["ops"] == rows.size());
  CHECK(totals["views"] == views);
  CHECK(totals["copies"] == copies);
  CHECK(totals["computed"] == static_cast<int64_t>(rows.size()) - views - copies);
  CHECK(totals["bytes"] == bytes);
  CHECK(totals["parameters"] == experiment.model->num_parameters());
  CHECK(rows[2]["inputs"] == Json::array({"#2"}));
  CHECK(rows[1]["inputs"] == Json::array({"tokens.weight"}));
}

TEST_CASE("the full attention names its axes, too, and shared keys and values", "[program]") {
  const std::vector<Json> rows =
      rows_of({cross_reverse, "--set", "model.attention.type=multi_head_attention", "--set",
               "model.attention.heads=4", "--set", "model.attention.n_kv_heads=2"});
  size_t scores = 0, shared = 0;
  for (const Json& row : rows) {
    scores += axes_text(row) == "B H L_1 D_qk" && row["shape"] == Json::array({2, 4, 16, 20});
    shared +=
        axes_text(row) == "B n_kv_heads L_2 D_v" && row["shape"] == Json::array({2, 2, 16, 12});
  }
  CHECK(scores > 0);
  CHECK(shared == 1);
}

TEST_CASE("the table reads from top to bottom, aligned, modules as a tree", "[program]") {
  const Folder folder;
  folder.write("tiny.json", tiny_config());
  const Ended ended = run_heed(folder, {"trace", "tiny.json"});
  CHECK(ended.exit_code == 0);
  CHECK(ended.err.empty());
  CHECK(folder.names() == std::vector<std::string>{"tiny.json"});
  CHECK(
      ended.out.starts_with("tiny.json: one forward pass of 2 sequences: token ids [2, 4] to "
                            "scores [2, 4, 4]\n\n     module "));
  const std::string table = ended.out;
  for (const char* part :
       {" #1  tokens                 view          ids                               [8] i64       "
        "view\n",
        "\n     encoder\n       blocks.0\n #7      attention_norm     layer_norm    #6, weight, "
        "bias   ",
        "\n #8        W_Q              linear        #7, weight         B L_1 H*D_qk   [2, 4, 8]  ",
        "\n#10      attention          view          #8                 B L_1 H D_qk   ",
        "\n#25      dropout            dropout       #24                B L_1 D_1      ",
        "\n35 ops: 13 view, 1 copy, 21 compute; 7.2 KiB of new memory; 956 parameters\nB = 2 · L_1 "
        "= 4 · ",
        " · H = 1 · D_qk = 8 · D_v = 8 · d_ff = 32 · classes = 4\n"}) {
    INFO(table);
    INFO(part);
    CHECK(table.find(part) != std::string::npos);
  }
}

TEST_CASE("mistakes in what is asked of trace are bad input", "[program]") {
  const Ended ended = run_heed(Folder(), {"trace", cross_reverse, "--jsno"});
  CHECK(ended.exit_code == 2);
  CHECK(
      ended.err ==
      "heed trace: unknown option: \"--jsno\"; did you mean \"--json\"?; see heed trace --help\n");
  CHECK(run_heed(Folder(), {"trace"}).exit_code == 2);
  const Ended help = run_heed(Folder(), {"trace", "--help"});
  for (const char* word : {"--json", "--set", "view"}) {
    CHECK(help.out.find(word) != std::string::npos);
  }
}

}  // namespace
}  // namespace heed::testing::program_trace_test

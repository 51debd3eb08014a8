// heed-eval of optimizers: PyTorch's numbers through stateless steps, and its errors.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "heed/framework/base/memory.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/case/tensor_json.h"
#include "heed/tests/support/catch.h"
#include "heed/tests/support/eval.h"

namespace heed::testing::optim_eval_test {
namespace {

Json answered(const Json& request) {
  return parse_json(answer(request.dump()));
}

std::string error_of(const Json& request) {
  const Json got = answered(request);
  return got.size() == 1 && got.contains("error") ? got["error"].get<std::string>() : got.dump();
}

Json tensor_json(const std::vector<double>& data, const char* dtype = "f64") {
  return {{"dtype", dtype}, {"shape", {data.size()}}, {"data", data}};
}

Json sgd(const Json& more = Json::object()) {
  Json request = {{"optim", "sgd"},
                  {"config", {{"lr", 0.5}}},
                  {"params", {tensor_json({1, 2})}},
                  {"grads", {tensor_json({2, 2})}}};
  request.update(more);
  return request;
}

}  // namespace

TEST_CASE("heed-eval gives PyTorch's parameters when the state goes back and forth as JSON") {
  std::ifstream file(std::filesystem::path(HEED_SOURCE_DIR) / "tests/golden/optim.json");
  std::ostringstream text;
  text << file.rdbuf();
  const Json golden = parse_json(text.str());
  for (const Json& one : golden["cases"]) {
    INFO(one["name"]);
    Json request = {{"optim", one["optim"]},
                    {"config", one["config"]},
                    {"params", one["params"]},
                    {"state", nullptr}};
    for (const Json& step : one["steps"]) {
      request["grads"] = step["grads"];
      const Json got = answered(request);
      REQUIRE(got.contains("params"));
      for (size_t i = 0; i < step["params"].size(); ++i) {
        CHECK(difference(tensor_from_json(got["params"][i], "got"),
                         tensor_from_json(step["params"][i], "want"), 1e-12) == "");
      }
      request["params"] = got["params"];
      request["state"] = got["state"];
    }
  }
}

TEST_CASE("heed-eval answers a step exactly as documented, null gradients leave a parameter be") {
  CHECK(answer(sgd().dump()) == R"({"params":[{"dtype":"f64","shape":[2],"data":[0.0,1.0]}],)"
                                R"("state":{"0/step":{"dtype":"i64","shape":[],"data":[1]}}})");
  CHECK(answer(sgd({{"grads", {nullptr}}}).dump()) ==
        R"({"params":[{"dtype":"f64","shape":[2],"data":[1.0,2.0]}],)"
        R"("state":{"0/step":{"dtype":"i64","shape":[],"data":[0]}}})");
}

TEST_CASE("heed-eval refuses steps it cannot take, and leaks nothing") {
  const int64_t before = memory_stats().live_bytes;
  CHECK(error_of({{"optim", "sdg"}}) == "unknown optim \"sdg\"");
  CHECK(error_of(sgd({{"config", {{"maximize", true}}}})) == "unknown attribute \"maximize\"");
  CHECK(error_of(sgd({{"config", {{"betas", {0.5, 0.5}}}}})) == "unknown attribute \"betas\"");
  CHECK(error_of(
            {{"optim", "adam"}, {"config", {{"fused", false}}}, {"params", {tensor_json({1})}}}) ==
        "unknown attribute \"fused\"");
  CHECK(
      error_of({{"optim", "adam"}, {"config", {{"beta1", 0.5}}}, {"params", {tensor_json({1})}}}) ==
      "unknown attribute \"beta1\"");
  CHECK(error_of(
            {{"optim", "adamw"}, {"config", {{"betas", {0.5}}}}, {"params", {tensor_json({1})}}}) ==
        "attribute \"betas\" must be a list of 2 numbers");
  CHECK(error_of({{"optim", "adamw"},
                  {"config", {{"betas", {0.5, "x"}}}},
                  {"params", {tensor_json({1})}}}) ==
        "attribute \"betas\" must be of type float[]");
  CHECK(error_of({{"optim", "muon"}, {"params", {tensor_json({1})}}}) ==
        "Muon: trains matrices only, got 0 [1]; give the rest to another optimizer");
  const Json matrix = {{"dtype", "f64"}, {"shape", {1, 1}}, {"data", {1}}};
  CHECK(
      error_of({{"optim", "muon"}, {"config", {{"adjust_lr_fn", "half"}}}, {"params", {matrix}}}) ==
      "attribute \"adjust_lr_fn\" must be \"original\" or \"match_rms_adamw\"");
  CHECK(error_of({{"optim", "muon"}, {"config", {{"ns_steps", 100}}}, {"params", {matrix}}}) ==
        "Muon: rounds must be in [0, 100), got 100");
  CHECK(error_of({{"optim", "adamw"},
                  {"config", {{"betas", {1, 0}}}},
                  {"params", {tensor_json({1})}}}) == "AdamW: beta1 must be in [0, 1), got 1");
  CHECK(error_of(sgd({{"params", {nullptr}}})) == "params[0] must be a tensor");
  CHECK(error_of(sgd({{"params", Json::array()}, {"grads", Json::array()}})) ==
        "SGD: no parameters to train");
  CHECK(error_of(sgd({{"grads", {nullptr, nullptr}}})) ==
        "\"grads\" has 2 entries for 1 parameters");
  CHECK(error_of(sgd({{"grads", {tensor_json({1})}}})) ==
        "set_grad: the gradient must be f64 [2] like its tensor, got f64 [1]");
  CHECK(error_of(sgd({{"state", 3}})) == "\"state\" must be an object or null");
  CHECK(error_of(sgd({{"state", Json::object()}})) ==
        "SGD: load_state: the state does not fit:\n  missing: 0/step");
  CHECK(error_of(sgd({{"state", {{"0/step", nullptr}}}})) ==
        "SGD: load_state: the state does not fit:\n  undefined: 0/step");
  CHECK(error_of(sgd({{"lr", 3}})) == "unknown key \"lr\" in the request");
  CHECK(memory_stats().live_bytes == before);
}

TEST_CASE("heed-eval lists the optimizers with PyTorch's keys and defaults") {
  const Json list = answered({{"list", "optim"}})["optim"];
  std::string names;
  for (const Json& one : list) names += one["name"].get<std::string>() + " ";
  CHECK(names == "sgd adam adamw rmsprop adagrad lion muon ");
  CHECK(list[2].dump() == R"({"attrs":[{"default":0.001,"name":"lr","type":"float"},)"
                          R"({"default":[0.9,0.999],"name":"betas","type":"float[]"},)"
                          R"({"default":1e-08,"name":"eps","type":"float"},)"
                          R"({"default":0.01,"name":"weight_decay","type":"float"},)"
                          R"({"default":false,"name":"amsgrad","type":"bool"}],"name":"adamw"})");
  CHECK(list[6].dump() ==
        R"({"attrs":[{"default":0.001,"name":"lr","type":"float"},)"
        R"({"default":0.1,"name":"weight_decay","type":"float"},)"
        R"({"default":0.95,"name":"momentum","type":"float"},)"
        R"({"default":true,"name":"nesterov","type":"bool"},)"
        R"({"default":[3.4445,-4.775,2.0315],"name":"ns_coefficients","type":"float[]"},)"
        R"({"default":1e-07,"name":"eps","type":"float"},)"
        R"({"default":5,"name":"ns_steps","type":"int"},)"
        R"({"default":null,"name":"adjust_lr_fn","type":"str"}],"name":"muon"})");
}

}  // namespace heed::testing::optim_eval_test

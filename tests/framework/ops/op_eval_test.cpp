// heed-eval: the format of its requests and answers, and that nothing makes it fall over.
#include "heed/tests/framework/ops/op_table.h"
#include "heed/tests/support/eval.h"

#include "heed/framework/base/memory.h"
#include "heed/tests/framework/ops/case/op_case.h"
#include "heed/tests/support/case/tensor_json.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::op_eval_test {
namespace {

/// A request for exp of a tensor written as JSON.
std::string exp_of(const std::string& tensor) {
  return R"({"op":"exp","inputs":[)" + tensor + "]}";
}

std::string error_of(const std::string& line) {
  const Json got = Json::parse(answer(line));
  return got.size() == 1 && got.contains("error") ? got["error"].get<std::string>() : "no error";
}

bool begins_with(const std::string& text, const std::string& start) {
  return text.rfind(start, 0) == 0;
}

}  // namespace

TEST_CASE("heed-eval answers outputs and gradients as one line of JSON") {
  CHECK(answer(R"({"op":"mul","attrs":{},"inputs":[{"dtype":"f64","shape":[2],"data":[1,2]},)"
               R"({"dtype":"f64","shape":[],"data":[0.1]}],)"
               R"("grad_outputs":[{"dtype":"f64","shape":[2],"data":[1,-1]}]})") ==
        R"({"outputs":[{"dtype":"f64","shape":[2],"data":[0.10000000000000001,)"
        R"(0.20000000000000001]}],)"
        R"("grads":[{"dtype":"f64","shape":[2],"data":[0.10000000000000001,-0.10000000000000001]},)"
        R"({"dtype":"f64","shape":[],"data":[-1.0]}]})");
}

TEST_CASE(
    "heed-eval writes f32 with nine digits, bools as such and what is not finite as strings") {
  CHECK(answer(R"({"op":"mul","inputs":[{"dtype":"f32","shape":[1],"data":[0.1]},null],)"
               R"("attrs":{"other":1}})") ==
        R"({"outputs":[{"dtype":"f32","shape":[1],"data":[0.100000001]}]})");
  CHECK(answer(R"({"op":"neg","inputs":[{"dtype":"f64","shape":[4],)"
               R"("data":["NaN","Infinity","-Infinity",0]}]})") ==
        R"({"outputs":[{"dtype":"f64","shape":[4],"data":["NaN","-Infinity","Infinity",-0.0]}]})");
  CHECK(answer(R"({"op":"eq","inputs":[{"dtype":"bool","shape":[2],"data":[true,false]},)"
               R"({"dtype":"bool","shape":[2],"data":[1,1]}]})") ==
        R"({"outputs":[{"dtype":"bool","shape":[2],"data":[true,false]}]})");
}

TEST_CASE("heed-eval gives null for gradients of integers and of class weights") {
  const Json got = Json::parse(
      answer(R"({"op":"cross_entropy","inputs":[{"dtype":"f64","shape":[1,2],"data":[1,2]},)"
             R"({"dtype":"i64","shape":[1],"data":[0]},{"dtype":"f64","shape":[2],"data":[1,1]}],)"
             R"("grad_outputs":[{"dtype":"f64","shape":[],"data":[1]}]})"));
  REQUIRE(got["grads"].size() == 3);
  CHECK(got["grads"][0]["shape"] == Json::array({1, 2}));
  CHECK(got["grads"][1].is_null());
  CHECK(got["grads"][2].is_null());
}

TEST_CASE("heed-eval takes trailing nulls of inputs and grad_outputs as left out") {
  const std::string x = R"({"dtype":"f64","shape":[1,2],"data":[1,2]})";
  const std::string attributes = R"("attrs":{"normalized_shape":[2]})";
  const std::string plain =
      answer(R"({"op":"layer_norm",)" + attributes + R"(,"inputs":[)" + x + "]}");
  CHECK(plain.find("outputs") != std::string::npos);
  CHECK(answer(R"({"op":"layer_norm",)" + attributes + R"(,"inputs":[)" + x + ",null,null]}") ==
        plain);
  const Json got =
      Json::parse(answer(R"({"op":"max","attrs":{"dim":1},"inputs":[)" + x +
                         R"(],"grad_outputs":[{"dtype":"f64","shape":[1],"data":[5]}]})"));
  CHECK(got["grads"][0]["data"] == Json::array({0.0, 5.0}));
}

TEST_CASE("heed-eval draws random bits") {
  // Salmon et al.'s known answer for a counter and key of zeros.
  CHECK(answer(R"({"rng":"philox4x32_10","counter":[0,0,0,0],"key":[0,0]})") ==
        R"({"outputs":[{"dtype":"i64","shape":[4],"data":[1713891541,3781805453,)"
        R"(3159862348,2600524760]}]})");
  CHECK(error_of(R"({"rng":"philox4x32_10","counter":[0,0,0],"key":[0,0]})") ==
        "\"counter\" must be a list of 4 numbers");
  CHECK(error_of(R"({"rng":"philox4x32_10","counter":[0,0,0,4294967296],"key":[0,0]})") ==
        "a number of \"counter\" must be in [0, 2^32)");
  CHECK(error_of(R"({"rng":"xorshift","counter":[0,0,0,0],"key":[0,0]})") ==
        "unknown rng \"xorshift\"; there is \"philox4x32_10\"");
}

TEST_CASE("heed-eval lists its ops with their attributes") {
  const Json ops = Json::parse(answer(R"({"list":"ops"})"))["ops"];
  CHECK(ops.size() == op_table().size());
  bool found = false;
  for (const Json& op : ops) {
    if (op["name"] != "softmax") continue;
    found = true;
    CHECK(op["attrs"] == Json::array({{{"name", "dim"}, {"type", "int"}}}));
  }
  CHECK(found);
  CHECK(Json::parse(answer(R"({"list":"modules"})"))["modules"].is_array());
  CHECK(Json::parse(answer(R"({"list":"optim"})"))["optim"].is_array());
  CHECK(begins_with(error_of(R"({"list":"cats"})"), "unknown list \"cats\"; there are \"ops\""));
}

TEST_CASE("heed-eval names what is unknown") {
  CHECK(error_of(R"({"op":"softmin","inputs":[]})") == "unknown op \"softmin\"");
  CHECK(error_of(R"({"module":"my_mhaa"})") == "unknown module \"my_mhaa\"");
  CHECK(error_of(R"({"optim":"adamm"})") == "unknown optim \"adamm\"");
  CHECK(error_of(R"({"op":"softmax","attrs":{"dmi":1},"inputs":[]})") ==
        "unknown attribute \"dmi\"");
  CHECK(error_of(R"({"op":"softmax","attrs":{"dim":1.5},"inputs":[]})") ==
        "attribute \"dim\" must be of type int");
  CHECK(begins_with(error_of(R"({"op":"softmax","attrs":{"dim":1e400},"inputs":[]})"),
                    "invalid JSON: "));
  CHECK(error_of(R"({"op":"softmax","attrs":{"dim":18446744073709551615},"inputs":[]})") ==
        "softmax: missing input 0, \"x\"");
  CHECK(error_of(R"({"op":"exp","inptus":[]})") == "unknown key \"inptus\" in the request");
  CHECK(error_of(R"({"op":"exp","inputs":[null,null]})") == "exp: takes 1 inputs at most, got 2");
}

TEST_CASE("heed-eval refuses tensors that are not exactly tensors") {
  CHECK(error_of(exp_of(R"({"dtype":"f64","shape":[2],"data":[1]})")) ==
        "inputs[0]: \"data\" has 1 elements, shape [2] needs 2");
  CHECK(error_of(exp_of(R"({"dtype":"f64","shape":[2],"data":[[1,2]]})")) ==
        "inputs[0]: \"data\" has 1 elements, shape [2] needs 2");
  CHECK(error_of(exp_of(R"({"dtype":"f16","shape":[1],"data":[1]})")) ==
        "dtype must be \"f32\", \"f64\", \"i64\" or \"bool\", not \"f16\"");
  CHECK(
      error_of(exp_of(R"({"dtype":"f64","shape":[4294967296,4294967296,4294967296],"data":[]})")) ==
      "shape: too many elements to count: [4294967296, 4294967296, 4294967296]");
  CHECK(error_of(exp_of(R"({"dtype":"f64","shape":[-1],"data":[]})")) ==
        "shape: a size is negative: [-1]");
  CHECK(error_of(exp_of(R"({"dtype":"f64","shape":[1,1,1,1,1,1,1,1,1],"data":[1]})")) ==
        "inputs[0]: a tensor has at most 8 dimensions, got 9");
  CHECK(error_of(exp_of(R"({"dtype":"f64","shape":[1.0],"data":[1]})")) ==
        "inputs[0]: a size in \"shape\" must be an integer");
  CHECK(error_of(exp_of(R"({"dtype":"f64","shape":[1],"data":[null]})")) ==
        "inputs[0]: an element of a float tensor must be a number or \"NaN\", \"Infinity\", "
        "\"-Infinity\"");
  CHECK(error_of(exp_of(R"({"dtype":"f64","shape":[1],"data":[true]})")).find("must be a number") !=
        std::string::npos);
  CHECK(error_of(exp_of(R"({"dtype":"f32","shape":[1],"data":[1e300]})")) ==
        "inputs[0]: an element is out of the range of f32");
  CHECK(error_of(exp_of(R"({"dtype":"i64","shape":[1],"data":[1.5]})")) ==
        "inputs[0]: an element of an i64 tensor must be an integer");
  CHECK(error_of(exp_of(R"({"dtype":"i64","shape":[1],"data":[9223372036854775808]})")) ==
        "inputs[0]: an element of an i64 tensor is out of the range of 64-bit integers");
  CHECK(error_of(exp_of(R"({"dtype":"bool","shape":[1],"data":[2]})")) ==
        "inputs[0]: an element of a bool tensor must be true or false");
  CHECK(error_of(exp_of(R"({"dtype":"f64","shape":[0]})")) == "inputs[0]: a tensor needs \"data\"");
  CHECK(error_of(exp_of(R"({"dtype":"f64","shape":[0],"data":[],"strides":[1]})")) ==
        "inputs[0]: a tensor has no \"strides\"");
  CHECK(error_of(exp_of("3")) == "inputs[0] must be a tensor or null");
}

TEST_CASE("heed-eval answers every hostile line with an error and leaks nothing") {
  const MemoryStats before = memory_stats();
  const std::vector<std::string> lines = {
      "",
      " ",
      "\r",
      "{",
      "}",
      "[]",
      "null",
      "3",
      "\"op\"",
      "{}",
      "{\"op\":",
      "{\"op\":1}",
      R"({"op":null})",
      R"({"op":["exp"]})",
      R"({"op":"exp"})",
      R"({"op":"exp","inputs":3})",
      R"({"op":"exp","inputs":[],"attrs":[]})",
      R"({"op":"exp","inputs":[],"attrs":"x"})",
      R"({"list":3})",
      R"({"list":null})",
      R"({"rng":3})",
      R"({"rng":"philox4x32_10"})",
      R"({"module":3})",
      R"({"op":"exp","op":"log","inputs":[]})",
      "\xff\xfe",
      "{\"\xff\":1}",
      R"({"op":"\u0000\ud800","inputs":[]})",
      std::string("{\"op\":\"exp\0\"}", 13),
      exp_of(R"({"dtype":"f64","shape":[1],"data":[NaN]})"),
      exp_of(R"({"dtype":"f64","shape":[1],"data":[1e999]})"),
      exp_of(R"({"dtype":"f64","shape":[1],"data":[01]})"),
      exp_of(R"({"dtype":3,"shape":[1],"data":[1]})"),
      R"({"op":"cat","inputs":[]})",
      R"({"op":"cat","inputs":[null]})",
      R"({"op":"one_hot","attrs":{"num_classes":9223372036854775807},)"
      R"("inputs":[{"dtype":"i64","shape":[2],"data":[0,1]}]})",
      R"({"op":"one_hot","inputs":[{"dtype":"i64","shape":[1],"data":[9223372036854775807]}]})",
      R"({"op":"expand","attrs":{"size":[4611686018427387904,4]},)"
      R"("inputs":[{"dtype":"f64","shape":[1],"data":[0]}]})",
      R"({"op":"expand","attrs":{"size":[2305800001553609659]},)"
      R"("inputs":[{"dtype":"f32","shape":[1],"data":[1]}]})",
      R"({"op":"select","attrs":{"dim":0,"index":-9223372036854775808},)"
      R"("inputs":[{"dtype":"f64","shape":[1],"data":[0]}]})",
      R"({"op":"narrow","attrs":{"dim":0,"start":-9223372036854775808,)"
      R"("length":9223372036854775807},)"
      R"("inputs":[{"dtype":"f64","shape":[1],"data":[0]}]})",
      R"({"op":"exp","inputs":[{"dtype":"f64","shape":[1],"data":[0]}],)"
      R"("grad_outputs":[{"dtype":"f64","shape":[2],"data":[0,0]}]})",
      R"({"op":"exp","inputs":[{"dtype":"f64","shape":[1],"data":[0]}],)"
      R"("grad_outputs":[null,null]})",
      std::string(100000, '['),
      "{\"a\":" + std::string(100000, '{'),
      std::string(max_json_bytes + 1, ' ')};
  for (const std::string& line : lines) {
    const std::string text = answer(line);
    INFO(line.substr(0, 200) << " is answered " << text.substr(0, 200));
    CHECK(error_of(line) != "no error");
    CHECK(text.find('\n') == std::string::npos);
  }
  CHECK(memory_stats().live_bytes == before.live_bytes);
  CHECK(memory_stats().live_blocks == before.live_blocks);
}

TEST_CASE("Integers at the ends of their range wrap around or become the smallest") {
  const std::string largest = R"({"dtype":"i64","shape":[1],"data":[9223372036854775807]})";
  const std::string zero = R"({"dtype":"i64","shape":[1],"data":[0]})";
  const std::string one = R"({"dtype":"i64","shape":[1],"data":[1]})";
  const std::string smallest =
      R"({"outputs":[{"dtype":"i64","shape":[1],"data":[-9223372036854775808]}]})";
  for (const std::string op : {"index_add", "scatter_add"}) {
    CHECK(answer(R"({"op":")" + op + R"(","attrs":{"dim":0},"inputs":[)" + largest + "," + zero +
                 "," + one + "]}") == smallest);
  }
  CHECK(answer(R"({"op":"add","inputs":[)" + largest + "," + one + "]}") == smallest);
  for (const std::string value : {"\"NaN\"", "1e30", "\"-Infinity\""}) {
    CHECK(answer(R"({"op":"to","attrs":{"dtype":"i64"},"inputs":[)"
                 R"({"dtype":"f64","shape":[1],"data":[)" +
                 value + "]}]}") == smallest);
  }
  CHECK(error_of(R"({"op":"one_hot","inputs":[)" + largest + "]}") ==
        "one_hot: index 9223372036854775807 is too large for a class");
}

TEST_CASE("heed-eval survives slices and repeats at the ends of the integers") {
  const std::string x = R"("inputs":[{"dtype":"f64","shape":[3],"data":[1,2,3]}]})";
  CHECK(answer(R"({"op":"slice","attrs":{"dim":0,"start":1,"step":9223372036854775807},)" + x) ==
        R"({"outputs":[{"dtype":"f64","shape":[1],"data":[2.0]}]})");
  CHECK(answer(R"({"op":"slice","attrs":{"dim":0,"start":-9223372036854775808},)" + x) ==
        R"({"outputs":[{"dtype":"f64","shape":[3],"data":[1.0,2.0,3.0]}]})");
  CHECK(answer(R"({"op":"split","attrs":{"split_size_or_sections":9223372036854775807},)" + x) ==
        R"({"outputs":[{"dtype":"f64","shape":[3],"data":[1.0,2.0,3.0]}]})");
}

}  // namespace heed::testing::op_eval_test

// Executes commands from stdin, one a line, and answers each with one line of JSON:
// compare_torch.py runs it beside PyTorch, without starting anew between two rounds.
//
//   list            names of all work
//   make NAME       makes the work that the following lines are about: {"flops", "bytes"}
//   inputs DIR      writes what it computes with, as raw files: {"tensors"}
//   results DIR     does it once and writes what came of it: {"tensors"}
//   run N           does it N times
//   time SECONDS    does it for that long: {"ms", "share"}, see measure.h
//   peak            {"gflops", "share"}
//   copy            {"gbytes"} a second
//   memory          {"mb"}
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "heed/benchmarks/measure.h"
#include "heed/benchmarks/work.h"
#include "heed/framework/base/error.h"
#include "heed/framework/base/parallel.h"
#include "heed/framework/kernels/simd/target.h"

namespace heed::benchmarks {
namespace {

using nlohmann::json;

/// One raw file for each tensor: its elements in row-major order.
json write_tensors(const NamedTensors& tensors, const std::filesystem::path& folder) {
  json written = json::object();
  for (const auto& [name, tensor] : tensors) {
    const Tensor dense = tensor.detach().contiguous();
    const std::string file = (folder / std::to_string(written.size())).string();
    std::ofstream stream(file, std::ios::binary);
    visit(dense.dtype(), [&]<class T>() {
      stream.write(reinterpret_cast<const char*>(dense.data<T>()),
                   static_cast<std::streamsize>(dense.numel() * itemsize(dense.dtype())));
    });
    stream.close();
    if (!stream) throw ValueError("cannot write ", file);
    written[name] = {{"file", file},
                     {"dtype", name_of(dense.dtype())},
                     {"shape", std::vector<int64_t>(dense.shape().begin(), dense.shape().end())}};
  }
  return {{"tensors", written}};
}

class Server {
 public:
  json answer(const std::string& verb, const std::string& rest) {
    if (verb == "list") return list();
    if (verb == "peak") {
      const Peak peak = measure_peak();
      return {{"gflops", peak.gflops}, {"share", peak.share}};
    }
    if (verb == "copy") return {{"gbytes", measure_copy_bandwidth()}};
    if (verb == "memory") return {{"mb", peak_memory()}};
    if (verb == "make") {
      work_.reset();
      work_ = make_work(rest);
      return {{"flops", work_->flops}, {"bytes", work_->bytes}};
    }
    if (work_ == nullptr) throw ValueError("\"", verb, "\" needs a \"make NAME\" first");
    if (verb == "inputs") return write_tensors(work_->inputs(), rest);
    if (verb == "results") return write_tensors(work_->results(), rest);
    if (verb == "time") {
      const Timing timing = time_run(*work_, std::stod(rest));
      return {{"ms", timing.ms}, {"share", timing.share}};
    }
    if (verb == "run") {
      for (int64_t left = std::stoll(rest); left > 0; --left) work_->run();
      return json::object();
    }
    throw ValueError("unknown command \"", verb, "\"");
  }

 private:
  static json list() {
    json names = json::array();
    for (const WorkMaker& maker : all_work()) names.push_back(maker.name);
    return {{"work", names}, {"threads", num_threads()}, {"simd", kernels::simd_target()}};
  }
  std::unique_ptr<Work> work_;
};

}  // namespace
}  // namespace heed::benchmarks

int main() {
  heed::benchmarks::Server server;
  for (std::string line; std::getline(std::cin, line);) {
    const size_t space = line.find(' ');
    const std::string rest = space == std::string::npos ? "" : line.substr(space + 1);
    nlohmann::json answer;
    try {
      answer = server.answer(line.substr(0, space), rest);
    } catch (const std::exception& error) {
      answer = {{"error", error.what()}};
    }
    std::cout << answer.dump() << std::endl;
  }
}

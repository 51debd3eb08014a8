// What the environment of a process must not change: results, numbers, and that it ends.
#include <clocale>
#include <cstdlib>
#include <string>

#include "heed/framework/kernels/gemm/blas.h"
#include "heed/tests/examples/cli/runs/small_run.h"
#include "heed/tests/support/case/sanitized.h"

namespace heed::testing::program_environment_test {
namespace {

/// Runs a shell's command line in a folder; returns the exit code.
int run_in_shell(const Folder& folder, const std::string& line) {
  const int status = std::system(("cd " + folder.path() + " && " + line).c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_CASE("a number of threads for OpenBLAS changes no bit", "[program]") {
  const Folder folder;
  folder.write("wide.json",
               R"({"task": {"type": "reverse", "symbols": 50, "length": 3},
                   "model": {"d_model": 192, "layers": 2},
                   "train": {"steps": 5, "batch_size": 4, "eval_every": 5, "eval_sequences": 7}})");
  const auto model_with = [&](const std::string& variable) {
    const std::string run = "run" + variable.substr(0, variable.find('='));
    CHECK(run_in_shell(folder, variable + " " HEED_PROGRAM " train wide.json --out " + run +
                                   " >/dev/null 2>&1") == 0);
    return folder.read(run + "/checkpoints/step-000005/model.safetensors");
  };
  const std::string model = model_with("");
  CHECK(!model.empty());
  for (const char* variable :
       {"OPENBLAS_NUM_THREADS=2", "GOTO_NUM_THREADS=2", "OMP_NUM_THREADS=2"}) {
    CAPTURE(variable);
    CHECK(model_with(variable) == model);
  }
}

TEST_CASE("info says when OpenBLAS has no kernels of the name in the environment", "[program]") {
  const Folder folder;
  REQUIRE(run_in_shell(folder,
                       "OPENBLAS_CORETYPE=nothing " HEED_PROGRAM " info >out 2>/dev/null") == 0);
  const std::string text = folder.read("out");
  if (text.find("OpenBLAS") == std::string::npos) return;  // built without it
  CAPTURE(text);
  CHECK(text.find("(chosen by OpenBLAS, which has none for OPENBLAS_CORETYPE here)") !=
        std::string::npos);
}

TEST_CASE("too little memory is an error, not an endless loop", "[program]") {
  if (address_sanitized) return;  // sanitizers reserve more address space than that
  if (kernels::blas_info().name == "none") return;  // it is OpenBLAS that would try for ever
  const Folder folder;
  folder.write("tiny.json", tiny_config());
  CHECK(run_in_shell(folder, "(ulimit -v 100000; timeout -s KILL 60 " HEED_PROGRAM
                             " train tiny.json --threads 1 --out run >out 2>err)") == 1);
  CHECK(folder.read("out").empty());
  const std::string error = lines_of(folder.read("err")).back();
  if (error == "heed: out of memory: OpenBLAS needs 128 MiB of address space to start") return;
  CHECK(error == "heed: out of memory; make the model, the batch or the sequences smaller");
}

TEST_CASE("numbers are read alike in every locale", "[program]") {
  const Folder folder;
  folder.write("tiny.json",
               small_config(R"({"type": "induction", "symbols": 32, "length": 32, "segment": 8})"));
  const std::string before = std::setlocale(LC_ALL, nullptr);
  const bool is_installed = std::setlocale(LC_ALL, "de_DE.UTF-8") != nullptr ||
                            std::setlocale(LC_ALL, "de_DE.utf8") != nullptr;
  if (!is_installed) WARN("the locale de_DE.UTF-8 is not installed: nothing is tested");
  CHECK(
      run_heed(folder, {"train", "tiny.json", "--out", "run", "--set", "train.lr=0.5"}).exit_code ==
      0);
  const Ended ended = run_heed(
      folder, {"predict", "run", "--prompt", "0 1", "--tokens", "3", "--temperature", "0.5"});
  std::setlocale(LC_ALL, before.c_str());
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
}

}  // namespace
}  // namespace heed::testing::program_environment_test

// `heed info`: hardware and measured speed.
#include <fmt/format.h>

#include "heed/examples/cli/commands/line/command.h"
#include "heed/examples/cli/inspect/machine.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/framework/base/parallel.h"
#include "heed/framework/base/processors.h"
#include "heed/framework/kernels/gemm/blas.h"
#include "heed/framework/kernels/peak.h"
#include "heed/framework/kernels/simd/target.h"

namespace heed {
namespace {

std::string line(const char* title, const std::string& text) {
  return fmt::format("{:<10} {}\n", title, text);
}

const char* chooser_of(kernels::BlasChoice choice) {
  switch (choice) {
    case kernels::BlasChoice::user:
      return "chosen by OPENBLAS_CORETYPE";
    case kernels::BlasChoice::features:
      return "chosen by the CPU's features";
    case kernels::BlasChoice::openblas:
      return "chosen by OpenBLAS";
    case kernels::BlasChoice::ignored:
      break;
  }
  return "chosen by OpenBLAS, which has none for OPENBLAS_CORETYPE here";
}

std::string blas_text() {
  const kernels::BlasInfo blas = kernels::blas_info();
  if (blas.name == "none") return "none: heed's own kernels compute every product";
  return fmt::format("{}, kernels {} ({})", blas.name, blas.kernels, chooser_of(blas.choice));
}

void run_info(const Program&) {
  constexpr double gigabyte = 1 << 30;
  constexpr double good_share = 0.6;
  const std::string simd = kernels::simd_target();
  const SystemMemory memory = system_memory();
  const double peak = kernels::measure_peak_gflops();
  const double gemm = measure_gemm_gflops();
  std::string text = line("heed", HEED_VERSION);
  text += line("cpu", fmt::format("{} ({})", cpu_model(), cpu_features()));
  text += line("simd", simd);
  text += line("blas", blas_text());
  text +=
      line("speed", fmt::format("{:.0f} GFLOP/s in sgemm 1024 on one thread, {:.0f} % of the FMA "
                                "peak of {:.0f}",
                                gemm, 100 * gemm / peak, peak));
  text += line("threads",
               fmt::format("{} of {} available processors", num_threads(), available_processors()));
  text += line("memory", fmt::format("{:.1f} GiB, {:.1f} GiB available",
                                     static_cast<double>(memory.total) / gigabyte,
                                     static_cast<double>(memory.available) / gigabyte));
  // Of plain code, compilers make vectors in one loop and not in another.
  const bool has_vectors = simd != "SCALAR" && simd != "EMU128";
  if (has_vectors && gemm < good_share * peak) {
    text += fmt::format(
        "warning: the product reaches less than {:.0f} % of the peak; stop other programs that use "
        "the processor, and try again\n",
        100 * good_share);
  }
  write_result(text);
}

}  // namespace

Command info_command() {
  return {.name = "info",
          .stage = Stage::refer,
          .summary = "show version, processor, speed and threads",
          .description =
              "Hardware and measured speed: the processor, the vector "
              "instructions and BLAS kernels in use, a measured peak, threads, memory.",
          .examples = {{"heed info", "measures for about a second"}},
          .call = calling(run_info)};
}

}  // namespace heed

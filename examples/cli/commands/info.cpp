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

/// The first two words of OpenBLAS's description of itself: its name and version.
std::string blas_name(const kernels::BlasInfo& blas) {
  return blas.version.substr(0, blas.version.find(' ', blas.version.find(' ') + 1));
}

std::string blas_advice(const kernels::BlasInfo& blas) {
  return blas.chosen_by_user
             ? "OPENBLAS_CORETYPE is set in the environment; unset it to let heed choose"
             : "set OPENBLAS_CORETYPE to another kernel set (HASWELL, SKYLAKEX, ZEN) and try "
               "again, or stop other programs that use the processor";
}

void run_info(const Program&) {
  constexpr double gigabyte = 1 << 30;
  constexpr double good_share = 0.6;
  const kernels::BlasInfo blas = kernels::blas_info();
  const SystemMemory memory = system_memory();
  const double peak = kernels::measure_peak_gflops();
  const double gemm = measure_gemm_gflops();
  std::string text = line("heed", HEED_VERSION);
  text += line("cpu", fmt::format("{} ({})", cpu_model(), cpu_features()));
  text += line("simd", kernels::simd_target());
  text += line("blas", fmt::format("{}, kernels {} ({})", blas_name(blas), blas.kernels,
                                   blas.chosen_by_user ? "chosen by OPENBLAS_CORETYPE"
                                                       : "chosen by the CPU's features"));
  text +=
      line("speed", fmt::format("{:.0f} GFLOP/s in sgemm 1024 on one thread, {:.0f} % of the FMA "
                                "peak of {:.0f}",
                                gemm, 100 * gemm / peak, peak));
  text += line("threads",
               fmt::format("{} of {} available processors", num_threads(), available_processors()));
  text += line("memory", fmt::format("{:.1f} GiB, {:.1f} GiB available",
                                     static_cast<double>(memory.total) / gigabyte,
                                     static_cast<double>(memory.available) / gigabyte));
  if (gemm < good_share * peak) {
    text += fmt::format("warning: BLAS reaches less than {:.0f} % of the peak; {}\n",
                        100 * good_share, blas_advice(blas));
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

#include "heed/examples/cli/inspect/machine.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include "heed/framework/base/parallel.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/io/read_file.h"
#include "heed/framework/kernels/gemm/gemm.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

/// A file of /proc, which has no size; "" if it is not there.
std::string proc_file(const char* path) {
  try {
    return read_start(path, size_t{1} << 20);
  } catch (const IoError&) {
    return "";
  }
}

/// The rest of the first line of a file of /proc that starts with `name`, after ":" and spaces.
std::string proc_entry(const char* path, std::string_view name) {
  const std::string text = proc_file(path);
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const size_t colon = line.find(':');
    if (!line.starts_with(name) || colon == line.npos) continue;
    const size_t start = line.find_first_not_of(" \t", colon + 1);
    return start == line.npos ? "" : std::string(line.substr(start));
  }
  return "";
}

int64_t kilobytes_of(std::string_view name) {
  const std::string text = proc_entry("/proc/meminfo", name);
  return text.empty() ? 0 : std::stoll(text) * 1024;
}

/// One thread for as long as it lives.
class SingleThread {
 public:
  SingleThread() : before_(num_threads()) { set_num_threads(1); }
  ~SingleThread() { set_num_threads(before_); }
  SingleThread(const SingleThread&) = delete;
  SingleThread& operator=(const SingleThread&) = delete;

 private:
  int before_;
};

}  // namespace

std::string cpu_model() {
  const std::string model = proc_entry("/proc/cpuinfo", "model name");
  return model.empty() ? "unknown" : model;
}

std::string cpu_features() {
  std::string features;
#if defined(__x86_64__)
  __builtin_cpu_init();
  const auto add = [&](const char* name, bool is_there) {
    if (!is_there) return;
    if (!features.empty()) features += ' ';
    features += name;
  };
  add("sse4.2", __builtin_cpu_supports("sse4.2") != 0);
  add("avx", __builtin_cpu_supports("avx") != 0);
  add("avx2", __builtin_cpu_supports("avx2") != 0);
  add("fma", __builtin_cpu_supports("fma") != 0);
  add("avx512f", __builtin_cpu_supports("avx512f") != 0);
  add("avx512bw", __builtin_cpu_supports("avx512bw") != 0);
  add("avx512dq", __builtin_cpu_supports("avx512dq") != 0);
  add("avx512vl", __builtin_cpu_supports("avx512vl") != 0);
  add("avx512vnni", __builtin_cpu_supports("avx512vnni") != 0);
#else  // Arm's system lists them
  const std::string listed = " " + proc_entry("/proc/cpuinfo", "Features") + " ";
  for (const std::string name : {"asimd", "asimdhp", "asimddp", "sve", "sve2", "bf16"}) {
    if (listed.find(" " + name + " ") == listed.npos) continue;
    features += (features.empty() ? "" : " ") + name;
  }
#endif
  return features.empty() ? "none known" : features;
}

SystemMemory system_memory() {
  return {kilobytes_of("MemTotal"), kilobytes_of("MemAvailable")};
}

double measure_gemm_gflops() {
  constexpr int64_t n = 1024;
  const SingleThread guard;
  Rng rng(stream(0, Purpose::user));
  const Tensor a = rand({n, n}, rng);
  const Tensor b = rand({n, n}, rng);
  std::array<double, 7> speeds{};
  kernels::gemm(a, b);  // brings memory and processor up to speed
  for (double& speed : speeds) {
    const auto start = std::chrono::steady_clock::now();
    kernels::gemm(a, b);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    speed = 2.0 * n * n * n / seconds.count() / 1e9;
  }
  std::sort(speeds.begin(), speeds.end());
  return speeds[speeds.size() / 2];
}

}  // namespace heed

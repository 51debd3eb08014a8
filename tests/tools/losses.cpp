// Trains as a configuration says and prints the losses with all their bits, to compare targets:
// heed_losses CONFIG.json STEPS
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/read_config.h"
#include "heed/examples/cli/training/experiment.h"
#include "heed/framework/base/bits.h"
#include "heed/framework/io/checksum.h"
#include "heed/framework/io/read_file.h"

namespace {

/// Prints each loss and stops after some steps.
class Losses final : public heed::TrainingObserver {
 public:
  explicit Losses(int64_t steps) : steps_(steps) {}
  void on_step(const heed::StepReport& report) override {
    std::printf("step %" PRId64 " %016" PRIx64 " %.9g\n", report.step,
                heed::bits_as<uint64_t>(report.loss), report.loss);
    last_ = report.step;
  }
  void on_evaluation(int64_t step, const heed::Evaluation& evaluation) override {
    std::printf("evaluation %" PRId64 " %016" PRIx64 " %.9g accuracy %.9g\n", step,
                heed::bits_as<uint64_t>(evaluation.loss), evaluation.loss,
                evaluation.sequence_accuracy);
  }
  bool wants_stop() override { return last_ >= steps_; }

 private:
  int64_t steps_;
  int64_t last_ = 0;
};

/// Of all elements, in the order of the tree.
uint32_t checksum_of(const heed::Model& model) {
  heed::Crc32 sum;
  for (const auto& [name, tensor] : model.state_dict()) {
    const std::vector<float> elements = tensor.contiguous().to_vector<float>();
    sum.add({reinterpret_cast<const char*>(elements.data()), elements.size() * sizeof(float)});
  }
  return sum.value();
}

void run(const std::string& path, int64_t steps) {
  const heed::Registry registry = heed::builtin_registry();
  const std::string text = heed::read_file(path, heed::json_size_limit, heed::Links::follow);
  const std::vector<std::string> sets;
  heed::Experiment experiment = heed::build_experiment(
      registry, heed::read_config_text(registry.table(), text, path, sets), {path, sets});
  experiment.trainer->initialise();
  std::printf("parameters %08x\n", checksum_of(*experiment.model));
  Losses losses(steps);
  experiment.trainer->run(losses);
  std::printf("parameters %08x\n", checksum_of(*experiment.model));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: heed_losses CONFIG.json STEPS\n", stderr);
    return 2;
  }
  try {
    run(argv[1], std::atoll(argv[2]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

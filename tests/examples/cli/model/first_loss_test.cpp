// A model that has just been initialised knows nothing: its loss is near ln(classes), whatever its
// form, and its gradient is neither tiny nor huge.
#include <cmath>
#include <filesystem>

#include "heed/examples/cli/training/evaluation.h"
#include "heed/examples/cli/training/experiment.h"
#include "heed/framework/autograd/backward.h"
#include "heed/framework/optim/clip.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::first_loss_test {
namespace {

struct FirstStep {
  double loss, grad_norm;
};

FirstStep first_step(Model& model, const Batch& batch) {
  const Tensor loss = sequence_loss(model(batch), batch.targets);
  loss.backward();
  const std::vector<Tensor> parameters = model.parameters();
  return {loss.item(), grad_norm(parameters)};
}

/// The norm of the gradient is within the same bounds for every width.
void check_sound(const FirstStep& first, int64_t classes, double largest_norm = 8) {
  const double expected = std::log(static_cast<double>(classes));
  CHECK(first.loss > 0.85 * expected);
  CHECK(first.loss < 1.15 * expected);
  CHECK(first.grad_norm > 0.05);
  CHECK(first.grad_norm < largest_norm);
}

/// A form of model, as values of keys below "model".
struct Form {
  std::string tied, norm, placement, positions;
  int64_t width, layers;

  std::string json() const {
    const bool is_table = positions == "learned" || positions == "sinusoidal";
    const std::string table = is_table ? positions : "none", scheme = is_table ? "none" : positions;
    return R"({"task": {"type": "noise", "symbols": 43, "length": 16}, "model": {"d_model": )" +
           std::to_string(width) + R"(, "layers": )" + std::to_string(layers) + R"(, "tied": )" +
           tied + R"(, "norm": ")" + norm + R"(", "norm_placement": ")" + placement +
           R"(", "positions": ")" + table +
           R"(", "attention": {"type": "multi_head_attention", "heads": 4, "positions": ")" +
           scheme + R"("}}})";
  }
};

void check_form(const Form& form, const std::vector<std::string>& sets = {},
                double largest_norm = 8) {
  const Folder folder;
  folder.write("a.json", form.json());
  Experiment experiment = prepare_experiment(builtin_registry(), folder / "a.json", sets);
  CAPTURE(form.json(), sets);
  check_sound(first_step(*experiment.model, experiment.task->training_batch(1, 4)), 43,
              largest_norm);
}

/// All combinations for small widths; the large one is as large with fewer.
void check_forms(const std::string& tied) {
  for (const std::string norm : {"layer_norm", "rms_norm"}) {
    for (const std::string placement : {"pre", "post"}) {
      for (const std::string positions : {"learned", "sinusoidal", "none", "rope", "alibi"}) {
        for (const int64_t width : {16, 64}) {
          for (const int64_t layers : {1, 4}) {
            check_form({tied, norm, placement, positions, width, layers});
          }
        }
      }
      check_form({tied, norm, placement, "learned", 512, 2});
      check_form({tied, norm, placement, "sinusoidal", 512, 1});
      check_form({tied, norm, placement, "rope", 256, 4});
    }
  }
}

}  // namespace

TEST_CASE("The first loss of every form of model is near ln(classes): output of its own") {
  check_forms("false");
}

TEST_CASE("The first loss of every form of model is near ln(classes): output tied to embedding") {
  check_forms("true");
}

TEST_CASE("The first loss is near ln(classes) under GPT-2's initialisation") {
  constexpr double largest_norm = 20;  // norms make much of embeddings of 0.02
  for (const std::string tied : {"false", "true"}) {
    for (const std::string placement : {"pre", "post"}) {
      for (const int64_t width : {16, 64, 512}) {
        check_form({tied, "layer_norm", placement, "learned", width, 2}, {"model.init=gpt2"},
                   largest_norm);
      }
    }
  }
}

TEST_CASE("The first loss of every shipped configuration is near ln(classes)") {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(HEED_SOURCE_DIR);  // where their data is
  for (const std::string& path : shipped_configs()) {
    CAPTURE(path);
    Experiment experiment = prepare_experiment(builtin_registry(), path, {});
    const Batch batch = experiment.trainer->batch_at(1);
    check_sound(first_step(*experiment.model, batch), experiment.task->shape().classes);
  }
  std::filesystem::current_path(before);
}

}  // namespace heed::testing::first_loss_test

// The program `heed` with one more attention, "additive".
#include "additive_attention.h"
#include "heed/examples/cli/program.h"

int main(int argc, char** argv) {
  using namespace heed;
  const Key<int64_t> width{.path = "width", .fallback = 32, .minimum = 1, .help = "of the scores"};
  Registry registry = builtin_registry();
  registry.add_attention(
      {"additive", "w tanh(q + k) instead of q k", {width}},
      [=](const Slot& slot, const AttentionWidths& widths, const Section& options) {
        return make_attention<AdditiveAttention>(
            slot, [](auto& attention, const auto& in) { return attention(in.query, in.key); },
            widths.D_1, widths.D_2, options[width]);
      });
  return run_program(argc, argv, registry);
}

// "h heads should have h times the parameters of one head. Why is their number fixed?"
//
// Because each head gets 1/h of the width: p_q·h = p_k·h = p_v·h = num_hiddens. More heads of the
// same total width cost nothing; heads of the same width each do.
#include "heed/examples/attention/claims.h"
#include "heed/modules/attention/multi_head_attention.h"

using namespace heed;
using namespace answers;

namespace {

int64_t parameters(int64_t H, std::optional<int64_t> width = {}) {
  const MultiHeadAttention attention(Slot::root(),
                                     {.D_1 = 60, .H = H, .D_qk = width, .D_v = width});
  return attention.num_parameters();
}

void program() {
  show("heads  parameters, each of width 60 / heads  parameters, each of width 12");
  for (const int64_t H : {1, 2, 3, 4, 5, 6, 10}) {
    show("  ", H, "\t\t", parameters(H), "\t\t\t\t", parameters(H, 12));
  }
  for (const int64_t H : {2, 3, 4, 5, 6, 10}) {
    claim(parameters(H) == parameters(1), std::to_string(H) + " heads have as many as one");
  }
  claim(parameters(10, 12) - parameters(5, 12) == 5 * (12 * 60 * 4 + 12 * 3),
        "a head of a fixed width costs 4 slices of matrices and 3 of biases");
  std::string refusal;
  try {
    parameters(7);
  } catch (const ValueError& error) {
    refusal = error.what();
  }
  show("   ", refusal);
  claim(!refusal.empty(), "a width that heads do not divide is refused, not rounded");
}

}  // namespace

int main() {
  return run(program);
}

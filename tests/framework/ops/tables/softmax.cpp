// Rows of framework/ops/softmax.h.
#include "heed/framework/ops/softmax.h"
#include "heed/tests/framework/ops/case/op_rows.h"
#include "heed/tests/framework/ops/reference/softmax.h"

namespace heed::testing {
namespace {

OpCase softmax_like(const std::string& name, Tensor (*call)(const Tensor&, int64_t),
                    reference::NdArray (*naive)(const reference::NdArray&, int64_t)) {
  return {
      .name = name,
      .inputs = {"x"},
      .attributes = {integer("dim")},
      .call = [call](auto& in, auto& with) { return call(in[0], with.integer("dim")); },
      .reference = [naive](auto& in, auto& with) { return naive(in[0], with.integer("dim")); },
      .samples = {{{any({2, 3, 2})}, {{"dim", 0}}},
                  {{any({2, 3, 2})}, {{"dim", 1}}},
                  {{any({2, 3, 2})}, {{"dim", -1}}},
                  {{any({4})}, {{"dim", 0}}},
                  {{any({3, 1})}, {{"dim", 1}}},
                  {{any({})}, {{"dim", 0}}},
                  {{any({0, 3})}, {{"dim", 1}}},
                  {{any({2, 0})}, {{"dim", 1}}},
                  {{listed({1000, 999, 998, -1000, -1001, -999}, {2, 3})}, {{"dim", -1}}},
                  {{any({9000, 4})}, {{"dim", 1}}},
                  {{any({4, 9000})}, {{"dim", 0}}}},
      .errors = {dim_out_of_range(name), {{of_type(f32, {2, 3})}, {}, "missing attribute \"dim\""}},
  };
}

}  // namespace

OpTable softmax_ops() {
  return {softmax_like("softmax", softmax, reference::softmax),
          softmax_like("log_softmax", log_softmax, reference::log_softmax)};
}

}  // namespace heed::testing

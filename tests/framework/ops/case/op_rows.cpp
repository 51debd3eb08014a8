#include "heed/tests/framework/ops/case/op_rows.h"

namespace heed::testing {

std::vector<Sample> any_shapes(Domain domain, const Json& attributes) {
  std::vector<Sample> samples;
  for (const Sizes& shape : {Sizes{2, 3}, {2, 1, 3, 2}, {5}, {}, {1}, {0}, {2, 0, 3}, {3, 20011}}) {
    samples.push_back({{domain(shape)}, attributes});
  }
  return samples;
}

std::vector<Sample> broadcasting(Domain left, Domain right) {
  const std::vector<std::pair<Sizes, Sizes>> shapes = {{{2, 3}, {2, 3}},
                                                       {{2, 3}, {3}},
                                                       {{3}, {2, 3}},
                                                       {{2, 1}, {1, 3}},
                                                       {{2, 1, 3}, {4, 1}},
                                                       {{2, 3}, {}},
                                                       {{}, {2, 3}},
                                                       {{}, {}},
                                                       {{1}, {3}},
                                                       {{1, 1}, {}},
                                                       {{0}, {1}},
                                                       {{2, 0}, {2, 1}},
                                                       {{0, 3}, {1, 3}},
                                                       {{}, {0}},
                                                       {{1, 2, 1, 2}, {2, 1, 2, 1}},
                                                       {{3, 20011}, {20011}}};
  std::vector<Sample> samples;
  for (const auto& [a, b] : shapes) samples.push_back({{left(a), right(b)}});
  return samples;
}

std::vector<Sample> broadcasting_mask(Domain x) {
  return broadcasting(x, bools);
}

OpCase unary(std::string name, UnaryOp call, UnaryReference reference, Domain domain,
             Tolerance tolerance) {
  return {.name = std::move(name),
          .inputs = {"x"},
          .call = [call](auto& in, auto&) { return call(in[0]); },
          .reference = [reference](auto& in, auto&) { return reference(in[0]); },
          .samples = any_shapes(domain),
          .tolerance = std::move(tolerance)};
}

OpCase binary(std::string name, BinaryOp call, BinaryReference reference, Domain left,
              Domain right) {
  return {.name = std::move(name),
          .inputs = {"input", "other"},
          .call = [call](auto& in, auto&) { return call(in[0], in[1]); },
          .reference = [reference](auto& in, auto&) { return reference(in[0], in[1]); },
          .samples = broadcasting(left, right)};
}

}  // namespace heed::testing

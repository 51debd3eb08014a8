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

ErrorCase shapes_that_do_not_broadcast(const std::string& name, DType dtype) {
  return {{of_type(dtype, {2, 3}), of_type(dtype, {2, 4})},
          {},
          name + ": shapes do not broadcast: [2, 3] and [2, 4] (3 != 4 at dim -1)"};
}

ErrorCase dtypes_that_differ(const std::string& name) {
  return {{of_type(f32, {2}), of_type(f64, {2})},
          {},
          name +
              ": dtypes differ: f32 [2] and f64 [2]; write .to(DType::f32) on the second or "
              ".to(DType::f64) on the first"};
}

ErrorCase dim_out_of_range(const std::string& name, const Json& more) {
  Json attributes = {{"dim", 2}};
  attributes.update(more);
  return {{of_type(f32, {2, 3})},
          attributes,
          name + ": dim 2 is out of range for a 2-d tensor; it goes from -2 to 1"};
}

OpCase unary(std::string name, UnaryOp call, UnaryReference naive, Domain domain,
             Tolerance tolerance) {
  return {.name = std::move(name),
          .inputs = {"x"},
          .call = [call](auto& in, auto&) { return call(in[0]); },
          .reference = [naive](auto& in, auto&) { return reference::each(in[0], naive); },
          .samples = any_shapes(domain),
          .tolerance = std::move(tolerance)};
}

OpCase with_values(OpCase row, std::vector<double> values) {
  const auto count = static_cast<int64_t>(values.size());
  row.samples.push_back({{listed(std::move(values), {count})}});
  return row;
}

OpCase unary_with(std::string name, std::vector<Attribute> attributes,
                  std::function<Tensor(const Tensor&, const Attributes&)> call,
                  std::function<double(double, const Attributes&)> reference, Domain domain,
                  const std::vector<Json>& settings) {
  OpCase row = {
      .name = std::move(name),
      .inputs = {"x"},
      .attributes = std::move(attributes),
      .call = [call = std::move(call)](auto& in, auto& with) { return call(in[0], with); },
      .reference =
          [reference = std::move(reference)](auto& in, auto& with) {
            return reference::each(in[0], [&](double v) { return reference(v, with); });
          },
      .samples = any_shapes(domain),
  };
  for (const Json& setting : settings) {
    for (const Sample& sample : any_shapes(domain, setting)) row.samples.push_back(sample);
  }
  return row;
}

OpCase binary(std::string name, BinaryOp call, BinaryReference naive, Domain left, Domain right) {
  return {
      .name = std::move(name),
      .inputs = {"input", "other"},
      .call = [call](auto& in, auto&) { return call(in[0], in[1]); },
      .reference = [naive](auto& in, auto&) { return reference::each_pair(in[0], in[1], naive); },
      .samples = broadcasting(left, right)};
}

OpCase binary_or_number(const std::string& name, BinaryOp call, NumberOnTheRight with_number,
                        const BinaryReference& naive, Domain left, Domain right) {
  OpCase row = binary(name, call, naive, left, right);
  row.inputs = {"input", "other?"};
  row.attributes = {number("other", left_out)};
  row.call = [=](auto& in, auto& with) {
    if (in[1].defined() == with.has("other")) {
      throw RequestError(name + ": needs other once, as an input or as an attribute");
    }
    return in[1].defined() ? call(in[0], in[1]) : with_number(in[0], with.number("other"));
  };
  row.reference = [=](auto& in, auto& with) {
    return reference::each_pair(
        in[0], with.has("other") ? reference::scalar(with.number("other")) : in[1], naive);
  };
  return row;
}

}  // namespace heed::testing

#include "heed/tests/support/case/sample.h"

namespace heed::testing {

Arrays::Arrays(const Tensors& tensors) {
  for (const Tensor& tensor : tensors) {
    all_.push_back(tensor.defined() ? std::optional(array_of(tensor)) : std::nullopt);
  }
}

std::vector<reference::NdArray> Arrays::list() const {
  std::vector<reference::NdArray> result;
  for (const auto& array : all_) result.push_back(array.value());
  return result;
}

bool Tolerance::is_looser() const {
  const Tolerance standard;
  return f64 > standard.f64 || f32 > standard.f32 || gradient_f32 > standard.gradient_f32;
}

std::string describe(const std::vector<Input>& inputs, const Json& attributes) {
  std::string text;
  for (const Input& input : inputs) {
    text +=
        input.kind == Input::Kind::absent ? " none" : text_of(" ", IntList(std::span(input.shape)));
  }
  return text + " " + attributes.dump();
}

}  // namespace heed::testing

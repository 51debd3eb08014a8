#include "heed/tests/framework/ops/reference/normalization.h"

#include <cmath>
#include <stdexcept>

namespace heed::reference {

NdArray layer_norm(const NdArray& x, const std::vector<int64_t>& normalized_shape,
                   const std::optional<NdArray>& weight, const std::optional<NdArray>& bias,
                   double eps) {
  const std::ptrdiff_t inner_rank = static_cast<std::ptrdiff_t>(normalized_shape.size());
  if (inner_rank == 0 || inner_rank > x.rank() ||
      std::vector<int64_t>(x.shape.end() - inner_rank, x.shape.end()) != normalized_shape) {
    throw std::invalid_argument("layer_norm: the last dims are not normalized_shape");
  }
  const std::vector<int64_t> outer_shape(x.shape.begin(), x.shape.end() - inner_rank);
  const double count = static_cast<double>(count_elements(normalized_shape));
  NdArray y = x;
  for_each_index(outer_shape, [&](const Index& outer) {
    const auto whole = [&](const Index& inner) {
      Index index = outer;
      index.insert(index.end(), inner.begin(), inner.end());
      return index;
    };
    double mean = 0.0;
    for_each_index(normalized_shape,
                   [&](const Index& inner) { mean += x.at(whole(inner)) / count; });
    double variance = 0.0;
    for_each_index(normalized_shape, [&](const Index& inner) {
      const double difference = x.at(whole(inner)) - mean;
      variance += difference * difference / count;
    });
    for_each_index(normalized_shape, [&](const Index& inner) {
      double value = (x.at(whole(inner)) - mean) / std::sqrt(variance + eps);
      if (weight) value *= weight->at(inner);
      if (bias) value += bias->at(inner);
      y.at(whole(inner)) = value;
    });
  });
  return y;
}

NdArray rms_norm(const NdArray& x, const std::vector<int64_t>& normalized_shape,
                 const std::optional<NdArray>& weight, double eps) {
  const auto length = static_cast<size_t>(count_elements(normalized_shape));
  NdArray y = x;
  for (size_t begin = 0; begin < x.data.size(); begin += length) {
    double squares = 0.0;
    for (size_t i = 0; i < length; ++i) squares += x.data[begin + i] * x.data[begin + i];
    const double root = std::sqrt(squares / static_cast<double>(length) + eps);
    for (size_t i = 0; i < length; ++i) {
      y.data[begin + i] = x.data[begin + i] / root * (weight ? weight->data[i] : 1.0);
    }
  }
  return y;
}

}  // namespace heed::reference

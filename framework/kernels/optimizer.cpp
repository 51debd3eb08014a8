#include "heed/framework/kernels/optimizer.h"

#include <cmath>
#include <vector>

#include "heed/framework/kernels/copy.h"
#include "heed/framework/kernels/strided_loop.h"

namespace heed::kernels {

void sgd_step_(const Tensor& parameter, const Tensor& gradient, const Tensor& buffer,
               const SgdStep& step) {
  const Tensor dense = contiguous(gradient);
  visit_floating("sgd_step_", parameter.dtype(), [&]<class T>() {
    T* p = parameter.mutable_data<T>();
    const T* g = dense.data<T>();
    T* b = buffer.defined() ? buffer.mutable_data<T>() : nullptr;
    const T lr = static_cast<T>(step.lr), momentum = static_cast<T>(step.momentum);
    const T keep = static_cast<T>(1 - step.dampening), decay = static_cast<T>(step.weight_decay);
    parallel_for(parameter.numel(), elements_per_chunk, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        T d = g[i] + decay * p[i];
        if (b != nullptr) {
          b[i] = step.first ? d : momentum * b[i] + keep * d;
          d = step.nesterov ? d + momentum * b[i] : b[i];
        }
        p[i] -= lr * d;
      }
    });
  });
}

void adam_step_(const Tensor& parameter, const Tensor& gradient, const Tensor& m, const Tensor& v,
                const AdamStep& step) {
  const Tensor dense = contiguous(gradient);
  visit_floating("adam_step_", parameter.dtype(), [&]<class T>() {
    T* const p = parameter.mutable_data<T>();
    const T* const g = dense.data<T>();
    T* const first = m.mutable_data<T>();
    T* const second = v.mutable_data<T>();
    const T beta1 = static_cast<T>(step.beta1), rest1 = static_cast<T>(1 - step.beta1);
    const T beta2 = static_cast<T>(step.beta2), rest2 = static_cast<T>(1 - step.beta2);
    const T eps = static_cast<T>(step.eps);
    const T size = static_cast<T>(step.lr / step.correction1);
    const T root = static_cast<T>(std::sqrt(step.correction2));
    const T shrink = static_cast<T>(step.decoupled ? 1 - step.lr * step.weight_decay : 1);
    const T joined = static_cast<T>(step.decoupled ? 0 : step.weight_decay);
    parallel_for(parameter.numel(), elements_per_chunk, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const T d = g[i] + joined * p[i];
        first[i] = beta1 * first[i] + rest1 * d;
        second[i] = beta2 * second[i] + rest2 * d * d;
        p[i] = shrink * p[i] - size * first[i] / (std::sqrt(second[i]) / root + eps);
      }
    });
  });
}

double square_sum(const Tensor& x) {
  const Tensor dense = contiguous(x);
  const int64_t chunks = (x.numel() + elements_per_chunk - 1) / elements_per_chunk;
  std::vector<double> parts(static_cast<size_t>(chunks));
  visit_floating("square_sum", x.dtype(), [&]<class T>() {
    const T* from = dense.data<T>();
    parallel_for(x.numel(), elements_per_chunk, [&](int64_t begin, int64_t end) {
      double part = 0;
      for (int64_t i = begin; i < end; ++i) {
        part += static_cast<double>(from[i]) * static_cast<double>(from[i]);
      }
      parts[static_cast<size_t>(begin / elements_per_chunk)] = part;
    });
  });
  double total = 0;
  for (const double part : parts) total += part;
  return total;
}

}  // namespace heed::kernels

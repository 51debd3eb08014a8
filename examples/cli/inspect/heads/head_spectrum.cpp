#include "heed/examples/cli/inspect/heads/head_spectrum.h"

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/ops/linear_algebra.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/view.h"

namespace heed {
namespace {

/// Of leftᵀ · right, from matrices of a few rows: with leftᵀ = q·r and rightᵀ = p·s, these are the
/// singular values of the small r·sᵀ.
std::vector<double> product_values(const Tensor& left, const Tensor& right) {
  const auto triangle = [](const Tensor& x) { return qr(transpose(x, 0, 1), "r").r; };
  return svdvals(matmul(triangle(left), transpose(triangle(right), 0, 1))).to_vector<double>();
}

/// The `size` rows of head h.
Tensor head_rows(const Linear& linear, int64_t h, int64_t size) {
  return narrow(linear.weight, 0, h * size, size).to(DType::f64);
}

}  // namespace

std::vector<HeadSpectrum> head_spectra(const MultiHeadAttention& attention) {
  const NoGrad guard;
  const int64_t D_qk = attention.D_qk, D_v = attention.D_v;
  const int64_t served = attention.H / attention.n_kv_heads;  // by each head of keys and values
  const Tensor W_O = transpose(attention.W_O.weight->to(DType::f64), 0, 1);
  std::vector<HeadSpectrum> spectra;
  for (int64_t h = 0; h < attention.H; ++h) {
    const int64_t kv = h / served;
    spectra.push_back(
        {product_values(head_rows(attention.W_Q, h, D_qk), head_rows(attention.W_K, kv, D_qk)),
         product_values(narrow(W_O, 0, h * D_v, D_v), head_rows(attention.W_V, kv, D_v))});
  }
  return spectra;
}

}  // namespace heed

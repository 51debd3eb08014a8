// The attention kernel against the composed form, on every SIMD target; what must not influence it,
// and what it holds.
#include "heed/framework/kernels/attention/attention.h"

#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "heed/framework/ops/attention.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/rearrange.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/framework/semantics_fixtures.h"
#include "heed/tests/framework/simd_fixtures.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::attention_test {
namespace {

struct Inputs {
  Tensor query, key, value, g;  // g: the gradient of the output

  std::vector<Tensor> leaves() const { return {query, key, value}; }
};

struct HeadSizes {
  int64_t B, H_kv, group, L_1, L_2, D_qk, D_v;

  Shape scores() const { return {B, H_kv * group, L_1, L_2}; }
  std::string text() const {
    return text_of("B ", B, ", H_kv ", H_kv, ", group ", group, ", L_1 ", L_1, ", L_2 ", L_2,
                   ", D_qk ", D_qk, ", D_v ", D_v);
  }
};

/// Random leaves; query and value as a projection leaves them: [B, L, H, D] transposed.
Inputs inputs_of(const HeadSizes& n, uint64_t seed, DType dtype = DType::f64) {
  Rng rng(stream(seed, Purpose::user));
  const int64_t H = n.H_kv * n.group;
  const auto leaf_of = [](const Tensor& x) { return x.detach().requires_grad_(); };
  return {leaf_of(randn({n.B, n.L_1, H, n.D_qk}, rng, dtype).transpose(1, 2)),
          leaf_of(randn({n.B, n.H_kv, n.L_2, n.D_qk}, rng, dtype)),
          leaf_of(randn({n.B, n.L_2, n.H_kv, n.D_v}, rng, dtype).transpose(1, 2)),
          randn({n.B, H, n.L_1, n.D_v}, rng, dtype)};
}

/// Output and gradients.
struct Answer {
  Tensor output;
  std::vector<Tensor> gradients;
};

Answer answer_of(const Tensor& y, const Inputs& x) {
  return {y.detach(), grad(std::vector{y}, x.leaves(), std::vector{x.g}, {.retain_graph = true})};
}
Answer fused(const Inputs& x, const AttentionOptions& options = {}) {
  return answer_of(scaled_dot_product_attention(x.query, x.key, x.value, options), x);
}
Answer composed(const Inputs& x, const AttentionOptions& options = {}) {
  return answer_of(attention_with_weights(x.query, x.key, x.value, options).output, x);
}

void check_close(const Answer& got, const Answer& want, double most) {
  CHECK(difference(got.output, want.output, most) == "");
  for (size_t i = 0; i < 3; ++i) {
    INFO("gradient " << i);
    CHECK(difference(got.gradients[i], want.gradients[i], most) == "");
  }
}

void check_same(const Answer& got, const Answer& want) {
  CHECK(bit_difference(got.output, want.output) == "");
  for (size_t i = 0; i < 3; ++i) {
    INFO("gradient " << i);
    CHECK(bit_difference(got.gradients[i], want.gradients[i]) == "");
  }
}

constexpr int64_t mask_kinds = 9;

/// A mask of some kind; 0: none.
Mask mask_of(int64_t kind, const HeadSizes& n, Rng& rng, DType dtype) {
  const auto bias = [&](const Shape& shape) { return randn(shape, rng, dtype); };
  const auto some = [&](const Shape& shape) {
    return Mask::block(gt(randn(shape, rng, DType::f64), 0.3));
  };
  switch (kind) {
    case 1:
      return Mask::causal();
    case 2:
      return Mask::causal(Alignment::bottom_right);
    case 3:
      return some({n.B, 1, n.L_1, n.L_2});
    case 4:
      return Mask::lengths(randint(0, n.L_2 + 1, {n.B}, rng));
    case 5:
      return Mask::causal() & some({n.H_kv * n.group, 1, n.L_2});
    case 6:
      return Mask::window(3) & Mask::additive(bias({n.H_kv * n.group, n.L_1, n.L_2}));
    case 7:
      return Mask::window(40, Alignment::bottom_right) & Mask::causal(Alignment::bottom_right);
    case 8:
      return Mask::additive(bias({n.B, 1, 1, n.L_2})) & some({n.L_1, 1});
    default:
      return {};
  }
}

int64_t pick(Rng& rng, const std::vector<int64_t>& from) {
  return from[static_cast<size_t>(rng.integer(0, static_cast<int64_t>(from.size())))];
}

HeadSizes random_sizes(Rng& rng) {
  HeadSizes n{pick(rng, {1, 2, 3}),
              pick(rng, {1, 1, 2, 4}),
              pick(rng, {1, 1, 2, 3}),
              pick(rng, {1, 2, 7, 16, 17, 33, 127, 128, 129, 130, 257, 300}),
              pick(rng, {1, 3, 8, 16, 31, 64, 255, 256, 257, 300}),
              pick(rng, {1, 3, 8, 16, 20, 32}),
              pick(rng, {1, 4, 7, 16, 24})};
  if (n.L_1 * n.L_2 > 20000) n.B = n.H_kv = 1;  // the composed form is slow
  return n;
}

/// One case in five drops weights, one in eight takes gradients that have gradients.
void check_random_case(int64_t index, DType dtype) {
  Rng rng(stream(static_cast<uint64_t>(index), Purpose::user));
  const HeadSizes n = random_sizes(rng);
  const int64_t kind = index % mask_kinds;
  const Inputs x = inputs_of(n, static_cast<uint64_t>(1000 + index), dtype);
  AttentionOptions options{.mask = mask_of(kind, n, rng, dtype), .enable_gqa = true};
  if (index % 5 == 0) options.dropout = AttentionDropout{0.3, stream(7, Purpose::user)};
  if (index % 7 == 0) options.scale = 0.25;
  INFO("case " << index << ": " << n.text() << ", mask " << kind);
  const double most = dtype == DType::f64 ? 1e-11 : 3e-4;
  const Tensor y = scaled_dot_product_attention(x.query, x.key, x.value, options);
  const Answer want = composed(x, options);
  check_close(answer_of(y, x), want, most);
  if (index % 8 != 0) return;
  const auto with_graph =
      grad(std::vector{y}, x.leaves(), std::vector{x.g}, {.create_graph = true});
  check_close({y.detach(), with_graph}, want, most);
}

/// `x` [..., L, D] with other content in rows [begin, end); a leaf.
Tensor with_rows(const Tensor& x, int64_t begin, int64_t end, double content) {
  const Tensor at = arange(x.size(-2));
  const Tensor chosen =
      masked_fill(ge(at, static_cast<double>(begin)), ge(at, static_cast<double>(end)), 0);
  return masked_fill(x.detach(), chosen.unsqueeze(1), content).requires_grad_();
}

bool is_finite(const Answer& answer) {
  for (const Tensor& x :
       {answer.output, answer.gradients[0], answer.gradients[1], answer.gradients[2]}) {
    for (const double v : values(x.to(DType::f64))) {
      if (!std::isfinite(v)) return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("fused attention agrees with the composed form on every target") {
  on_every_target([] {
    for (int64_t index = 0; index < 90; ++index) check_random_case(index, DType::f64);
    for (int64_t index = 90; index < 150; ++index) check_random_case(index, DType::f32);
  });
}

TEST_CASE("fused attention takes the tiles of a group of heads in order") {
  // More than one tile of queries and keys, in as many parts as there are and in fewer; in the
  // last, more queries than a forward takes at once.
  const HeadSizes sizes[] = {{1, 1, 1, 270, 261, 5, 3},
                             {1, 1, 3, 270, 261, 5, 3},
                             {1, 2, 2, 270, 261, 5, 3},
                             {1, 5, 1, 270, 261, 5, 3},
                             {1, 1, 1, 1050, 30, 5, 3}};
  on_every_target([&] {
    for (const HeadSizes& n : sizes) {
      const Inputs x = inputs_of(n, 1);
      for (const Mask& mask : {Mask(), Mask::causal(), Mask::window(20)}) {
        INFO(n.text());
        const AttentionOptions options{.mask = mask, .enable_gqa = true};
        check_close(fused(x, options), composed(x, options), 1e-12);
      }
    }
  });
}

TEST_CASE("what attention may not see has no influence, whatever it holds") {
  const HeadSizes n{2, 2, 1, 140, 270, 3, 5};
  const Inputs x = inputs_of(n, 1);
  const Tensor padding = ge(arange(n.L_2), 250.0);
  const std::vector<Mask> masks{
      Mask::block(padding),
      Mask::lengths(tensor<int64_t>({250, 250})),
      Mask::lengths(tensor<int64_t>({250, 250})) & Mask::causal(Alignment::bottom_right),
      Mask::additive(masked_fill(zeros({n.L_2}, DType::f64), padding, -infinity)),
      Mask::window(100) & Mask::block(padding),
      Mask::causal()};
  on_every_target([&] {
    for (size_t i = 0; i < masks.size(); ++i) {
      const AttentionOptions options{.mask = masks[i]};
      const Answer want = fused(x, options);
      for (const double content : {nan, infinity, -infinity, 1e300}) {
        INFO("mask " << i << ", content " << content);
        Inputs changed = x;
        changed.key = with_rows(x.key, 250, 270, content);
        changed.value = with_rows(x.value, 250, 270, content);
        check_same(fused(changed, options), want);
        check_close(composed(changed, options), want, 1e-12);
      }
    }
  });
}

TEST_CASE("queries of attention that see nothing have no influence, whatever they hold") {
  const HeadSizes n{1, 2, 1, 140, 135, 4, 3};
  const Inputs x = inputs_of(n, 1);
  const Tensor blind = ge(arange(n.L_1), 130.0).unsqueeze(1);
  const std::vector<Mask> masks{
      Mask::block(blind),
      Mask::additive(masked_fill(zeros({n.L_1, 1}, DType::f64), blind, -infinity)),
      Mask::lengths(masked_fill(full({1, n.L_1}, 9, DType::i64), blind.transpose(0, 1), 0))};
  on_every_target([&] {
    for (size_t i = 0; i < masks.size(); ++i) {
      const AttentionOptions options{.mask = masks[i]};
      const Answer want = fused(x, options);
      for (const double content : {nan, infinity}) {
        INFO("mask " << i << ", content " << content);
        Inputs changed = x;
        changed.query = with_rows(x.query, 130, 140, content);
        changed.g = with_rows(x.g, 130, 140, content).detach();
        const Answer got = fused(changed, options);
        check_same(got, want);
        changed.g = x.g;
        check_close(composed(changed, options), want, 1e-12);
        CHECK(shown(got.output.slice(2, 130, 140)) == shown(Values(2 * 10 * 3, 0.0)));
        CHECK(shown(got.gradients[0].slice(2, 130, 140)) == shown(Values(2 * 10 * 4, 0.0)));
      }
    }
    // By its place alone: query i of a bottom-right causal rule needs i ≥ 130 − 5.
    Inputs few = inputs_of({1, 1, 1, 130, 5, 4, 3}, 2);
    const AttentionOptions causal{.mask = Mask::causal(Alignment::bottom_right)};
    const Answer want = fused(few, causal);
    few.query = with_rows(few.query, 0, 125, nan);
    few.g = with_rows(few.g, 0, 125, nan).detach();
    check_same(fused(few, causal), want);
    CHECK(is_finite(want));
  });
}

TEST_CASE("NaN and infinity that fused attention sees show as in the composed form") {
  const HeadSizes n{1, 1, 1, 130, 270, 4, 3};
  const auto which = [](const Tensor& x) {
    std::string text;
    for (const double v : values(x)) text += std::isnan(v) ? 'n' : std::isinf(v) ? 'i' : '.';
    return text;
  };
  on_every_target([&] {
    const Inputs x = inputs_of(n, 1);
    const std::pair<Mask, size_t> rules[] = {
        {Mask(), 0}, {Mask::causal(), 60 * 3}, {Mask::lengths(tensor<int64_t>({200})), 0}};
    for (const auto& [mask, first_number] : rules) {  // of the first query that sees place 60
      for (const double content : {nan, infinity, -infinity}) {
        for (const int what : {0, 1, 2, 3}) {
          INFO("operand " << what << ", content " << content);
          Inputs bad = x;
          if (what == 0) bad.query = with_rows(x.query, 60, 61, content);
          if (what == 1) bad.key = with_rows(x.key, 60, 61, content);
          if (what == 2) bad.value = with_rows(x.value, 60, 61, content);
          if (what == 3) bad.g = with_rows(x.g, 60, 61, content).detach();
          const AttentionOptions options{.mask = mask};
          const Answer got = fused(bad, options), want = composed(bad, options);
          CHECK_FALSE(is_finite(got));
          // 0 · NaN in what is blocked depends on the tiles: of 16 queries under a causal rule.
          const std::string output = which(got.output);
          CHECK(output.substr(first_number) == which(want.output).substr(first_number));
          CHECK(output.find_first_of("ni") >= first_number / (16 * 3) * (16 * 3));
          if (!mask.empty()) continue;
          for (size_t i = 0; i < 3; ++i) {
            INFO("gradient " << i);
            CHECK(which(got.gradients[i]) == which(want.gradients[i]));
          }
        }
      }
    }
  });
}

TEST_CASE("a query of fused attention whose scores are all infinite gives NaN, as softmax does") {
  on_every_target([] {
    const Tensor ones_like_rows = ones({1, 20, 4});
    for (const double content : {infinity, -infinity, 1e30, -1e30}) {
      for (const Mask& mask : {Mask(), Mask::causal(), Mask::lengths(tensor<int64_t>({9}))}) {
        INFO("content " << content);
        const Tensor query = with_rows(ones_like_rows, 3, 4, content);
        const Tensor key = ones_like_rows * 1e30;
        const AttentionOptions options{.mask = mask};
        const Values got = values(
            scaled_dot_product_attention(query, key, ones_like_rows, options).to(DType::f64));
        CHECK(shown({got[4 * 2], got[4 * 3], got[4 * 4]}) == shown({1, nan, 1}));
      }
    }
  });
}

TEST_CASE("fused attention of nothing is empty or zeros, and so are its gradients") {
  on_every_target([] {
    for (const HeadSizes& n : {HeadSizes{2, 2, 1, 0, 5, 3, 4}, HeadSizes{2, 2, 1, 5, 0, 3, 4},
                               HeadSizes{2, 2, 1, 0, 0, 3, 4}, HeadSizes{0, 2, 1, 5, 6, 3, 4},
                               HeadSizes{2, 2, 3, 5, 0, 3, 4}, HeadSizes{2, 5, 1, 5, 6, 3, 0}}) {
      for (const Mask& mask : {Mask(), Mask::causal()}) {
        INFO(n.text());
        { const Tensor dirty = full({4096}, nan, DType::f64); }
        const Inputs x = inputs_of(n, 1);
        const AttentionOptions options{.mask = mask, .enable_gqa = true};
        const Answer got = fused(x, options);
        CHECK(got.output.shape() == x.g.shape());
        CHECK(shown(got.output) == shown(Values(static_cast<size_t>(x.g.numel()), 0.0)));
        for (size_t i = 0; i < 3; ++i) {
          const Tensor leaf = x.leaves()[i];
          CHECK(got.gradients[i].shape() == leaf.shape());
          CHECK(shown(got.gradients[i]) == shown(Values(static_cast<size_t>(leaf.numel()), 0.0)));
        }
      }
    }
    const Tensor none = zeros({2, 0, 5, 3}, DType::f64);
    CHECK(scaled_dot_product_attention(none, none, none).shape() == none.shape());
  });
}

TEST_CASE("fused attention needs no memory that grows with the product of its lengths") {
  const auto needed = [](int64_t L, const AttentionOptions& options) {
    const Inputs x = inputs_of({1, 1, 1, L, L, 8, 8}, 1, DType::f32);
    reset_peak_memory();
    const int64_t before = memory_stats().live_bytes;
    const Answer answer = fused(x, options);
    return memory_stats().peak_bytes - before;
  };
  const int64_t scores = int64_t{2048} * 2048 * 4;
  const AttentionDropout thin{.p = 0.1, .stream = stream(7, Purpose::user)};
  const Tensor key_bias = zeros({1, 1, 1, 2048});
  for (const AttentionOptions& options :
       {AttentionOptions{}, AttentionOptions{.is_causal = true}, AttentionOptions{.dropout = thin},
        AttentionOptions{.mask = Mask::lengths(tensor<int64_t>({1500}))},
        AttentionOptions{.mask = Mask::window(100) & Mask::additive(key_bias)}}) {
    CHECK(needed(2048, options) < scores / 4);
  }
}

TEST_CASE("fused attention gives the same bits with 1, 2 and 3 threads") {
  for (const HeadSizes& n :
       {HeadSizes{1, 1, 1, 1300, 300, 8, 8}, HeadSizes{1, 1, 3, 140, 70, 4, 4},
        HeadSizes{3, 4, 2, 33, 40, 8, 16}, HeadSizes{2, 1, 1, 129, 513, 5, 7}}) {
    INFO(n.text());
    const Inputs x = inputs_of(n, 1, DType::f32);
    const AttentionDropout thin{.p = 0.1, .stream = stream(7, Purpose::user)};
    const AttentionOptions options{.dropout = thin, .is_causal = true, .enable_gqa = true};
    std::vector<Answer> answers;
    for (const int count : {1, 2, 3}) {
      const Threads threads(count);
      answers.push_back(fused(x, options));
    }
    check_same(answers[1], answers[0]);
    check_same(answers[2], answers[0]);
  }
}

TEST_CASE("fused attention takes gradients and operands of any strides") {
  const HeadSizes n{2, 2, 1, 20, 19, 6, 5};
  const Inputs x = inputs_of(n, 1);
  const Answer plain = fused(x);
  on_every_target([&] {
    const auto check_gradient = [&](const Tensor& g) {
      Inputs strided = x, dense = x;
      strided.g = g;
      dense.g = g.contiguous();
      check_close(fused(strided), composed(dense), 1e-13);
    };
    check_gradient(ones({}, DType::f64).expand({2, 2, 20, 5}));
    check_gradient(normal({2, 1, 1, 5}, 3).expand({2, 2, 20, 5}));
    check_gradient(normal({2, 2, 20, 1}, 3).expand({2, 2, 20, 5}));
    check_gradient(normal({2, 2, 5, 20}, 3).transpose(2, 3));
    // Columns that lie apart; one key for all heads and samples.
    Inputs apart = x;
    apart.query = normal({2, 2, 20, 12}, 4).slice(3, 0, 12, 2).requires_grad_();
    apart.key = normal({2, 2, 6, 19}, 5).transpose(2, 3).requires_grad_();
    apart.value = normal({1, 1, 19, 5}, 6).requires_grad_();
    check_close(fused(apart), composed(apart), 1e-13);
    check_close(plain, composed(x), 1e-13);
  });
}

}  // namespace heed::testing::attention_test

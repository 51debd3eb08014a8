// exp, tanh, erf and the normal distribution on vectors of f32 or f64, for code inside
// HWY_NAMESPACE. A lane's result depends on that lane alone, so on no position in memory.

#include <hwy/highway.h>

#include <array>
#include <cstddef>
#include <type_traits>

#include "heed/framework/kernels/simd/quotient-inl.h"

#if defined(HEED_FRAMEWORK_KERNELS_VECTOR_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_FRAMEWORK_KERNELS_VECTOR_MATH_INL_H_
#undef HEED_FRAMEWORK_KERNELS_VECTOR_MATH_INL_H_
#else
#define HEED_FRAMEWORK_KERNELS_VECTOR_MATH_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// c₀ + c₁x + c₂x² + …
template <class D, class V = hn::Vec<D>, class T = hn::TFromD<D>, size_t count>
HWY_INLINE V polynomial(D d, V x, const std::array<T, count>& c) {
  V y = hn::Set(d, c[count - 1]);
  for (size_t k = count - 1; k-- > 0;) y = hn::MulAdd(y, x, hn::Set(d, c[k]));
  return y;
}

namespace detail {

template <class T>
struct ExpConstants;
template <>
struct ExpConstants<float> {
  static constexpr int mantissa = 23, bias = 127;
  static constexpr float round = 0x1.8p23F;  // adding it leaves an integer in the lowest bits
  static constexpr float lowest = -104, least_normal = -87.33654F, highest = 89;
  static constexpr float minus_one = -40;  // exp(x) − 1 is −1 from there on
  static constexpr float ln2 = 0x1.63p-1F, ln2_rest = -0x1.bd0106p-13F;  // n·ln2 is exact
  // (exp(r) − 1 − r) / r² for |r| ≤ ½ln 2: minimax, 3e-9 of exp(r)
  static constexpr std::array<float, 5> series{0.499999934484657958F, 0.166665206384545627F,
                                               0.0416683879607791177F, 0.00836871644016170345F,
                                               0.00138146022180547482F};
};
template <>
struct ExpConstants<double> {
  static constexpr int mantissa = 52, bias = 1023;
  static constexpr double round = 0x1.8p52;
  static constexpr double lowest = -746, least_normal = -708.3964185322641, highest = 710;
  static constexpr double minus_one = -80;
  static constexpr double ln2 = 0x1.62e42feep-1, ln2_rest = 0x1.a39ef35793c76p-33;
  // the same, 4e-18
  static constexpr std::array<double, 10> series{0.500000000000001062,    0.166666666666664124,
                                                 0.0416666666665301889,   0.0083333333334944564,
                                                 0.00138888889436255645,  0.000198412695066834411,
                                                 2.48014931011834205e-05, 2.75575862217001069e-06,
                                                 2.76302481761100373e-07, 2.50001230420310689e-08};
};

/// x = n·ln 2 + r, |r| ≤ ½ln 2 (but for rounding).
template <class V>
struct Reduced {
  V biased;  ///< in the lowest bits: n + what was given as `bias`
  V n, r;
};
template <class D, class V = hn::Vec<D>>
HWY_INLINE Reduced<V> reduced(D d, V x, int bias) {
  using T = hn::TFromD<D>;
  using C = ExpConstants<T>;
  const V round = hn::Set(d, C::round + static_cast<T>(bias));
  const V biased = hn::MulAdd(x, hn::Set(d, static_cast<T>(1.4426950408889634)), round);
  const V n = hn::Sub(biased, round);
  const V r = hn::NegMulAdd(n, hn::Set(d, C::ln2_rest), hn::NegMulAdd(n, hn::Set(d, C::ln2), x));
  return {biased, n, r};
}

/// exp(r) − 1 for |r| ≤ ½ln 2.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V small_expm1(D d, V r) {
  return hn::MulAdd(polynomial(d, r, ExpConstants<hn::TFromD<D>>::series), hn::Mul(r, r), r);
}

}  // namespace detail

/// exp(x) within 2 ulp, results below the normal range too; Inf where it overflows.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Exp(D d, V x) {
  using C = detail::ExpConstants<hn::TFromD<D>>;
  const hn::RebindToUnsigned<D> bits;
  using Bits = hn::TFromD<decltype(bits)>;
  const V lowest = hn::Set(d, C::lowest), highest = hn::Set(d, C::highest);
  x = hn::IfThenElse(hn::Lt(x, lowest), lowest, x);  // Min and Max might lose NaN
  x = hn::IfThenElse(hn::Gt(x, highest), highest, x);
  const auto part = detail::reduced(d, x, 2 * C::bias);
  const V p = hn::Add(detail::small_expm1(d, part.r), hn::Set(d, 1));
  // 2ⁿ in two factors, because it may be out of range by itself.
  const auto integer = hn::And(hn::BitCast(bits, part.biased), hn::Set(bits, Bits{0xfff}));
  const auto half = hn::ShiftRight<1>(integer);
  const V first = hn::BitCast(d, hn::ShiftLeft<C::mantissa>(half));
  const V second = hn::BitCast(d, hn::ShiftLeft<C::mantissa>(hn::Sub(integer, half)));
  return hn::Mul(hn::Mul(p, first), second);
}

/// exp(x) for x ≤ 0 (or NaN) within 2 ulp; 0 where that is below the normal range.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ExpNonPositive(D d, V x) {
  using C = detail::ExpConstants<hn::TFromD<D>>;
  const hn::RebindToUnsigned<D> bits;
  const auto part = detail::reduced(d, x, C::bias);
  const V p = hn::Add(detail::small_expm1(d, part.r), hn::Set(d, 1));
  const V scale = hn::BitCast(d, hn::ShiftLeft<C::mantissa>(hn::BitCast(bits, part.biased)));
  return hn::IfThenZeroElse(hn::Lt(x, hn::Set(d, C::least_normal)), hn::Mul(p, scale));
}

/// tanh(x) within 4 ulp: −e / (e + 2) of e = exp(−2|x|) − 1.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Tanh(D d, V x) {
  using C = detail::ExpConstants<hn::TFromD<D>>;
  const hn::RebindToUnsigned<D> bits;
  const V one = hn::Set(d, 1), lowest = hn::Set(d, C::minus_one);
  const V positive = hn::Abs(x);
  V y = hn::Neg(hn::Add(positive, positive));
  y = hn::IfThenElse(hn::Lt(y, lowest), lowest, y);
  const auto part = detail::reduced(d, y, C::bias);
  const V scale = hn::BitCast(d, hn::ShiftLeft<C::mantissa>(hn::BitCast(bits, part.biased)));
  const V e = hn::MulAdd(scale, detail::small_expm1(d, part.r), hn::Sub(scale, one));
  return hn::CopySign(quotient(e, hn::Add(e, hn::Set(d, 2))), x);
}

namespace detail {

template <class T>
struct ErfConstants;
template <>
struct ErfConstants<float> {
  // erf(x) / x in x² for |x| ≤ 1: minimax, 1e-9
  static constexpr std::array<float, 7> series{1.12837916572955937F,    -0.376126258374651042F,
                                               0.112835852486056348F,   -0.0268538145820725174F,
                                               0.00518833048259248783F, -0.000801020269927250679F,
                                               7.85384982842940885e-05F};
  // exp(z²)·erfc(z)·(1 + 0.3z) in u = 2 / (1 + 0.3z) − 1 for z ≥ 0: minimax, 2e-8
  static constexpr std::array<float, 9> tail{
      0.324979917718732001F,   0.276523620577843173F,     0.19878151682083244F,
      0.118716727103048144F,   0.0569552405216001746F,    0.0204197414045107589F,
      0.00438310924894755755F, -0.000253821661862010505F, -0.000506071361128493307F};
};
template <>
struct ErfConstants<double> {
  // the same, 7e-18
  static constexpr std::array<double, 12> series{
      1.12837916709551257,     -0.3761263890318352,      0.112837916709442003,
      -0.0268661706431134137,  0.00522397760613084217,   -0.00085483259297662443,
      0.0001205529358693695,   -1.49247124395348141e-05, 1.6447132699786621e-06,
      -1.6206318752969209e-07, 1.37109887041905231e-08,  -7.77946297176159689e-10};
  // the same, 1e-16
  static constexpr std::array<double, 21> tail{
      0.324979921859796839,     0.276523556756065735,     0.19878107804433818,
      0.118718674708896465,     0.0569616380426938775,    0.0204014469311625952,
      0.00435610008856066139,   -0.000181737557720676738, -0.000481348218469377065,
      -0.000107000777180711959, 3.2732632719205661e-05,   1.91000196709404566e-05,
      -1.75113033548336042e-06, -2.85761332986059596e-06, 7.44995392732303426e-08,
      4.40313544736117838e-07,  -1.3907063694531124e-08,  -6.79739034384885732e-08,
      7.55008839863522057e-09,  7.67744671792933058e-09,  -1.94652026997589576e-09};
};

/// exp(z²)·erfc(z) for z ≥ 0.
template <class D, class V = hn::Vec<D>, class T = hn::TFromD<D>>
HWY_INLINE V scaled_erfc(D d, V z) {
  const V one = hn::Set(d, 1);
  const V t = quotient(one, hn::MulAdd(z, hn::Set(d, static_cast<T>(0.3)), one));
  const V u = hn::Sub(hn::Add(t, t), one);
  return hn::Mul(t, polynomial(d, u, ErfConstants<T>::tail));
}

}  // namespace detail

/// erf(x) within 4 ulp.
template <class D, class V = hn::Vec<D>, class T = hn::TFromD<D>>
HWY_INLINE V Erf(D d, V x) {
  const V one = hn::Set(d, 1), z = hn::Abs(x), square = hn::Mul(x, x);
  const V small = hn::Mul(x, polynomial(d, square, detail::ErfConstants<T>::series));
  const V rest = hn::Mul(ExpNonPositive(d, hn::Neg(square)), detail::scaled_erfc(d, z));
  return hn::IfThenElse(hn::Lt(z, one), small, hn::CopySign(hn::Sub(one, rest), x));
}

/// The standard normal distribution: both take one exp.
template <class V>
struct Normal {
  V cdf, pdf;
};
template <class D, class V = hn::Vec<D>, class T = hn::TFromD<D>>
HWY_INLINE Normal<V> normal_distribution(D d, V x) {
  const V half = hn::Set(d, static_cast<T>(0.5));
  const V bell = ExpNonPositive(d, hn::Mul(hn::Neg(half), hn::Mul(x, x)));
  const V z = hn::Mul(hn::Abs(x), hn::Set(d, static_cast<T>(0.70710678118654752)));
  const V rest = hn::Mul(hn::Mul(half, bell), detail::scaled_erfc(d, z));
  const V cdf = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), rest, hn::Sub(hn::Set(d, 1), rest));
  return {cdf, hn::Mul(bell, hn::Set(d, static_cast<T>(0.39894228040143268)))};
}

/// 1 / (1 + exp(−x)).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V sigmoid(D d, V x) {
  const V one = hn::Set(d, 1);
  return quotient(one, hn::Add(one, Exp(d, hn::Neg(x))));  // exp may be Inf: then 0, as it should
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif

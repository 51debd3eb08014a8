// Which vector instructions the kernels use: chosen at run time, so one program serves every CPU.
#pragma once

#include <string>
#include <vector>

namespace heed::kernels {

/// The targets that kernels were compiled for and this CPU can run, best first: on x86-64 of "AVX3"
/// (AVX-512), "AVX2" and "SCALAR" (no vectors); on Arm "NEON" alone, which every 64-bit Arm has;
/// elsewhere "EMU128", plain loops that a compiler may turn into vectors. The preset `plain` has
/// only "EMU128" on every processor.
std::vector<std::string> simd_targets();

/// The target in use: the best one, or the one that the environment variable HEED_SIMD names.
/// Targets differ in how they round, so bits are the same only on one target.
std::string simd_target();

/// Uses `name` from now on; not while another thread computes. Throws ValueError unless it is one
/// of simd_targets().
void use_simd_target(const std::string& name);

namespace detail {
/// Obeys HEED_SIMD. simd_target() throws on a wrong name: at the start nobody could catch it.
bool choose_simd_target();
/// Run at the start of every program that has a kernel in it.
inline const bool simd_target_is_chosen = choose_simd_target();
}  // namespace detail

}  // namespace heed::kernels

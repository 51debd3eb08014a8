// What the programs that answer questions about attention share: numbers are shown, and each claim
// about them is checked where it is made.
#pragma once

#include <cstdlib>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "heed/heed.h"

namespace answers {

/// Writes a line of texts, numbers and shapes.
template <class... Parts>
void show(const Parts&... parts) {
  std::cout << heed::text_of(parts...) << "\n";
}

/// A claim of the program: false ends it.
inline void claim(bool holds, std::string_view what) {
  if (!holds) throw std::runtime_error("not so: " + std::string(what));
  std::cout << "   ✓ " << what << "\n";
}

/// Normal f64 numbers, the same for the same seed.
inline heed::Tensor numbers(const heed::Shape& shape, uint64_t seed) {
  heed::Rng rng(heed::stream(seed, heed::Purpose::user));
  return heed::randn(shape, rng, heed::DType::f64);
}

/// The largest |a − b|.
inline double distance(const heed::Tensor& a, const heed::Tensor& b) {
  return heed::amax(heed::abs(a - b)).item();
}

/// Parameters in f64, filled from a seed.
inline void fill(heed::Module& module, uint64_t seed) {
  module.to(heed::DType::f64);
  heed::Rng rng(heed::stream(seed, heed::Purpose::initialisation));
  module.reset_parameters(rng);
}

/// Runs the program and reports why it ended early.
inline int run(const std::function<void()>& program) {
  try {
    program();
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}

}  // namespace answers

// Catch2 version 3 or 2, whichever is installed, by the names that tests use.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>

using Catch::Approx;
namespace Catch {
using Matchers::ContainsSubstring;
}
#else
#include <catch2/catch.hpp>

namespace Catch {
inline auto ContainsSubstring(const std::string& text) {
  return Matchers::Contains(text);
}
}  // namespace Catch
#endif

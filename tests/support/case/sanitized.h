// Whether AddressSanitizer watches, under which a test that repeats itself does so less often.
#pragma once

namespace heed::testing {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool address_sanitized = true;
#elif defined(__has_feature)
inline constexpr bool address_sanitized = __has_feature(address_sanitizer);
#else
inline constexpr bool address_sanitized = false;
#endif

}  // namespace heed::testing

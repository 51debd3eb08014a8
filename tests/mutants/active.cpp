// Which mutant is switched on.
#include <cstdlib>

int heed_active_mutant = [] {
  const char* number = std::getenv("HEED_MUTANT");
  return number == nullptr ? 0 : std::atoi(number);
}();

// The main() of the test program.
#define CATCH_CONFIG_RUNNER
#include "heed/tests/support/catch.h"

int main(int argc, char** argv) {
  return Catch::Session().run(argc, argv);
}

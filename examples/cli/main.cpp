// The program `heed`.
#include "heed/examples/cli/program.h"

int main(int argc, char** argv) {
  return heed::run_program(argc, argv);
}

#include "heed/examples/cli/commands/commands.h"
namespace heed {
void info_command() {}
}  // namespace heed

#include "heed/examples/cli/config/schema.h"

#include "heed/examples/cli/commands/commands.h"
#include "heed/examples/cli/config/reference.h"

namespace heed {

void schema_command(const Registry& registry, bool markdown) {
  const ConfigTable table = registry.table();
  write_result(markdown ? markdown_reference(table) : json_schema(table));
}

}  // namespace heed

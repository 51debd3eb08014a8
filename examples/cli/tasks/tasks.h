// The tasks that come with heed, one small file each.
#pragma once

namespace heed {

class Registry;

void add_copy_task(Registry& registry);
void add_reverse_task(Registry& registry);
void add_sort_task(Registry& registry);
void add_cross_reverse_task(Registry& registry);

}  // namespace heed

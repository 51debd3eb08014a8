// The tasks that come with heed, one small file each.
#pragma once

namespace heed {

class Registry;

void add_copy_task(Registry& registry);
void add_reverse_task(Registry& registry);
void add_sort_task(Registry& registry);
void add_cross_reverse_task(Registry& registry);
void add_seq2seq_reverse_task(Registry& registry);
void add_induction_task(Registry& registry);
void add_recall_task(Registry& registry);
void add_addition_task(Registry& registry);
void add_modular_addition_task(Registry& registry);
void add_text_task(Registry& registry);
void add_noise_task(Registry& registry);
void add_pairs_task(Registry& registry);

}  // namespace heed

#include "heed/examples/cli/training/registry.h"

#include <utility>

#include "heed/examples/cli/model/attentions.h"
#include "heed/examples/cli/model/model_config.h"
#include "heed/examples/cli/tasks/tasks.h"
#include "heed/examples/cli/training/training_config.h"

namespace heed {
namespace {

template <class Entry>
std::vector<SectionType> types_of(const std::vector<Entry>& entries) {
  std::vector<SectionType> types;
  for (const Entry& entry : entries) types.push_back(entry.type);
  return types;
}

template <class Entry>
const auto& maker_of(const char* what, const std::vector<Entry>& entries, std::string_view name) {
  for (const Entry& entry : entries) {
    if (entry.type.name == name) return entry.make;
  }
  throw ValueError("registry: no such ", what, ": ", name);
}

}  // namespace

void Registry::add_task(SectionType type, TaskMaker make) {
  tasks_.push_back({std::move(type), std::move(make)});
}

void Registry::add_attention(SectionType type, AttentionMaker make) {
  attentions_.push_back({std::move(type), std::move(make)});
}

ConfigTable Registry::table() const {
  ConfigTable table;
  table.mount({.path = "task", .help = "what to learn", .types = types_of(tasks_)});
  add_model_keys(table);
  table.mount({.path = "model.attention",
               .fallback = "my_mha",
               .help = "the attention in every block",
               .types = types_of(attentions_)});
  add_training_keys(table);
  return table;
}

const TaskMaker& Registry::task(std::string_view name) const {
  return maker_of("task", tasks_, name);
}

const AttentionMaker& Registry::attention(std::string_view name) const {
  return maker_of("attention", attentions_, name);
}

Registry builtin_registry() {
  Registry registry;
  add_copy_task(registry);
  add_reverse_task(registry);
  add_sort_task(registry);
  add_cross_reverse_task(registry);
  add_seq2seq_reverse_task(registry);
  add_induction_task(registry);
  add_recall_task(registry);
  add_addition_task(registry);
  add_modular_addition_task(registry);
  add_text_task(registry);
  add_noise_task(registry);
  add_pairs_task(registry);
  add_my_mha(registry);
  add_multi_head_attention(registry);
  add_attentions_of_documents(registry);
  add_no_attention(registry);
  return registry;
}

}  // namespace heed

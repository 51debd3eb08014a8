// Registry: what a configuration can name, tasks and attentions. A project of your own adds its
// attention in one block and has the whole command line:
//
//   heed::Registry registry = heed::builtin_registry();
//   registry.add_attention({"mine", "what it does", {width}}, make_mine);
//   return heed::run_program(argc, argv, registry);
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "heed/examples/cli/config/config.h"
#include "heed/examples/cli/config/table.h"
#include "heed/examples/cli/tasks/task.h"
#include "heed/modules/attention/any_attention.h"

namespace heed {

/// The widths that a block has for its attention.
struct AttentionWidths {
  int64_t D_1;  ///< of the attending sequence and of the result
  int64_t D_2;  ///< of the attended sequence
};

/// Makes an attention in its slot from the values of its keys; throws ValueError if they do not fit
/// together. `options` does not outlive the call.
using AttentionMaker = std::function<AnyAttention(const Slot& slot, const AttentionWidths& widths,
                                                  const Section& options)>;

/// Tasks and attentions by name.
class Registry {
 public:
  /// `type` holds the task's name, what it teaches and its keys under "task".
  void add_task(SectionType type, TaskMaker make);
  /// `type` holds the attention's name, what it is and its keys under "model.attention".
  void add_attention(SectionType type, AttentionMaker make);

  /// Every key that a configuration may hold with these tasks and attentions. Throws ValueError if
  /// a name is there twice.
  ConfigTable table() const;

  /// The maker of a registered name; throws ValueError if there is none.
  const TaskMaker& task(std::string_view name) const;
  const AttentionMaker& attention(std::string_view name) const;

 private:
  template <class Maker>
  struct Entry {
    SectionType type;
    Maker make;
  };

  std::vector<Entry<TaskMaker>> tasks_;
  std::vector<Entry<AttentionMaker>> attentions_;
};

/// The tasks and attentions that come with heed.
Registry builtin_registry();

}  // namespace heed

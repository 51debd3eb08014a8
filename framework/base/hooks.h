// Hooks: functions of the user's that are called where the engine says.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace heed {

/// What registering a hook gives: `remove()` takes the hook back. Letting go of it does not.
class HookHandle {
 public:
  /// The flag that the hook looks at.
  explicit HookHandle(std::weak_ptr<bool> active) : active_(std::move(active)) {}
  /// The hook is not called again. Does nothing if it has been removed, or its owner is gone.
  void remove() {
    if (const std::shared_ptr<bool> active = active_.lock()) *active = false;
  }

 private:
  std::weak_ptr<bool> active_;
};

/// Functions of one signature, in the order in which they were added.
template <class Signature>
class Hooks {
 public:
  /// Adds a hook, which stays until it is removed by its handle.
  HookHandle add(std::function<Signature> hook) {
    auto entry = std::make_shared<Entry>(Entry{std::move(hook)});
    entries_.push_back(entry);
    return HookHandle(std::shared_ptr<bool>(entry, &entry->active));
  }
  /// Whether there is none; one that was removed counts until the next call.
  bool empty() const { return entries_.empty(); }
  /// Calls visit(hook) in order of registration. A hook may add and remove hooks: new ones are not
  /// called this time.
  template <class Visit>
  void for_each(const Visit& visit) {
    std::erase_if(entries_, [](const auto& entry) { return !entry->active; });
    const std::vector<std::shared_ptr<Entry>> now = entries_;
    for (const auto& entry : now) {
      if (entry->active) visit(entry->call);
    }
  }

 private:
  struct Entry {
    std::function<Signature> call;
    bool active = true;
  };
  std::vector<std::shared_ptr<Entry>> entries_;
};

}  // namespace heed

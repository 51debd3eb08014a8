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
  explicit HookHandle(std::weak_ptr<bool> active) : active_(std::move(active)) {}
  void remove() {
    if (const std::shared_ptr<bool> active = active_.lock()) *active = false;
  }

 private:
  std::weak_ptr<bool> active_;
};

template <class Signature>
class Hooks {
 public:
  HookHandle add(std::function<Signature> hook) {
    auto entry = std::make_shared<Entry>(Entry{std::move(hook)});
    entries_.push_back(entry);
    return HookHandle(std::shared_ptr<bool>(entry, &entry->active));
  }
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

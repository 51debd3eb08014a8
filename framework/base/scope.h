// Scope: which module this thread is inside of, so that errors can say where they happened.
#pragma once

#include <string>

namespace heed {

/// Marks the calling thread as inside of `object` for the life of the Scope. Scopes nest.
class Scope {
 public:
  /// Writes the path of `object`, as a person knows it.
  using PathOf = std::string (*)(const void* object);

  Scope(const void* object, PathOf path_of)
      : object_(object), path_of_(path_of), outer_(innermost_) {
    innermost_ = this;
  }
  ~Scope() { innermost_ = outer_; }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  /// The path of the innermost object; empty outside of all scopes.
  static std::string path() {
    return innermost_ == nullptr ? std::string() : innermost_->path_of_(innermost_->object_);
  }

 private:
  static inline thread_local constinit const Scope* innermost_ = nullptr;
  const void* object_;
  PathOf path_of_;
  const Scope* outer_;
};

}  // namespace heed

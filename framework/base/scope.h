// Scope: which module this thread is inside of, so that errors and graphs can say where.
#pragma once

#include <string>

namespace heed {

/// A path whose address stands for it: equal texts have one address, which stays valid for the life
/// of the process. A program has as many as it has modules.
using Place = const std::string*;
/// The address that stands for `path`.
Place place_of(const std::string& path);

/// Marks the calling thread as inside of a place for the life of the Scope. Scopes nest.
class Scope {
 public:
  /// Enters `place`.
  explicit Scope(Place place) : outer_(innermost_) { innermost_ = place; }
  ~Scope() { innermost_ = outer_; }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  /// The innermost place; nullptr outside of all scopes.
  static Place place() { return innermost_; }
  /// Its path; empty outside of all scopes.
  static std::string path() { return innermost_ == nullptr ? std::string() : *innermost_; }

 private:
  static inline thread_local constinit Place innermost_ = nullptr;
  Place outer_;
};

}  // namespace heed

// Ref: a pointer that counts. The object counts itself: `retain` and `release` are found beside it.
#pragma once

#include <utility>

namespace heed {

/// A counted pointer to an object with `retain(T*)` and `release(T*)` in its own namespace.
/// One word wide; copying costs one atomic increment, moving nothing.
template <class T>
class Ref {
 public:
  Ref() = default;
  /// Takes over the reference that `object` was created with.
  static Ref adopt(T* object) noexcept {
    Ref ref;
    ref.object_ = object;
    return ref;
  }
  /// Adds a reference to `object`.
  static Ref share(T* object) noexcept {
    if (object != nullptr) retain(object);
    return adopt(object);
  }
  Ref(const Ref& other) noexcept : object_(other.object_) {
    if (object_ != nullptr) retain(object_);
  }
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    if (object_ != nullptr) release(object_);
  }

  T* get() const noexcept { return object_; }
  T* operator->() const noexcept { return object_; }
  T& operator*() const noexcept { return *object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }
  friend bool operator==(const Ref& a, const Ref& b) noexcept { return a.object_ == b.object_; }

 private:
  T* object_ = nullptr;
};

}  // namespace heed

// Ref: a pointer that counts. The object counts itself: `retain` and `release` are found beside it.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace heed {

/// Gives one reference back; true if it was the last. Who holds the only one needs no locked
/// instruction, since no one else can make another.
inline bool drop_reference(std::atomic<uint32_t>& references) noexcept {
  return references.load(std::memory_order_acquire) == 1 ||
         references.fetch_sub(1, std::memory_order_acq_rel) == 1;
}

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

  /// `nullptr` if it holds nothing.
  T* get() const noexcept { return object_; }
  /// Not for one that holds nothing.
  T* operator->() const noexcept { return object_; }
  /// Not for one that holds nothing.
  T& operator*() const noexcept { return *object_; }
  /// Whether it holds an object.
  explicit operator bool() const noexcept { return object_ != nullptr; }
  /// Whether both hold the same object.
  friend bool operator==(const Ref& a, const Ref& b) noexcept { return a.object_ == b.object_; }

 private:
  T* object_ = nullptr;
};

}  // namespace heed

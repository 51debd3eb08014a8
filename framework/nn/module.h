// Module: a tree of named parts with parameters. Every stateful member registers itself in the tree
// first, `{this, "name"}`; without it the member does not compile, so nothing can be silently
// untrained:
//
//   struct Scale : Layer<Scale> {
//     Parameter factor;
//     Scale(Slot slot, int64_t width)
//         : Layer(slot), factor({this, "factor"}, {width}, init::ones()) {}
//     Tensor forward(const Tensor& x) { return x * factor; }
//   };
//   Scale scale(Slot::root(), 8);
//   Tensor y = scale(x);
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "heed/framework/base/hooks.h"
#include "heed/framework/base/random.h"
#include "heed/framework/base/scope.h"
#include "heed/framework/tensor/named_tensors.h"
#include "heed/framework/tensor/tensor.h"

namespace heed {

class Module;
class Parameter;
class Buffer;

/// A place in the tree: whose member, and under which name.
class Slot {
 public:
  /// The member `name` of `parent`, which outlives it. Throws ModuleError unless the name can be
  /// part of a path, be printed and be saved: it is valid UTF-8, not empty, has neither a dot nor
  /// control characters, and is not "__metadata__". The member throws if another has the name.
  Slot(Module* parent, std::string name);
  /// The top of a tree of its own.
  static Slot root() { return {}; }

  /// `nullptr` for a root.
  Module* parent() const { return parent_; }
  /// Empty for a root.
  const std::string& name() const { return name_; }

 private:
  Slot() = default;
  Module* parent_ = nullptr;
  std::string name_;
};

/// Fills a new parameter: see init.h.
using Initializer = std::function<void(const Tensor& parameter, Rng& rng)>;

/// Why `given` does not match the names, shapes and dtypes of `own`: a line for each
/// tensor that is missing, unexpected, undefined, given twice or of another shape or dtype.
std::string state_faults(const NamedTensors& own, const NamedTensors& given);
/// Copies `given` into the tensors of the same names in `own`. Throws ModuleError that begins with
/// `what` and names all faults; then nothing has changed.
void load_tensors(const std::string& what, const NamedTensors& own, const NamedTensors& given);

/// Base of all modules: only their tree. Derive from Layer<Self> (below), not from it.
class Module {
 public:
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  virtual ~Module();

  /// In its parent; empty for a root.
  const std::string& name() const { return name_; }
  /// Names from the root down to this module, with dots between; empty for a root.
  std::string path() const;
  /// The path, or the class's name for a root: for messages.
  std::string path_or_type() const;
  /// Of the class, without namespaces: "Linear".
  virtual std::string_view type_name() const = 0;

  /// Those of this module and all below, in registration order.
  std::vector<Tensor> parameters() const;
  /// The same by path, relative to this module.
  NamedTensors named_parameters() const;
  /// Buffers of this module and all below, by path relative to it.
  NamedTensors named_buffers() const;
  /// This module and all below it, parents first.
  std::vector<Module*> modules();
  /// Elements of all parameters together.
  int64_t num_parameters() const;

  /// Copies of all parameters and buffers by name.
  NamedTensors state_dict() const;
  /// Sets all parameters and buffers. Throws ModuleError naming everything that is missing,
  /// unexpected or of another shape or dtype; then nothing has changed.
  void load_state_dict(const NamedTensors& state);

  /// Fills every parameter by its initializer, in registration order.
  void reset_parameters(Rng& rng);
  /// Training or evaluation mode, for this module and all below: dropout asks for it.
  void train(bool on = true);
  /// Evaluation mode: `train(false)`.
  void eval() { train(false); }
  /// Whether it is in training mode, as modules are at first.
  bool training() const { return training_; }
  /// Turns all floating parameters and buffers, and their gradients, into `dtype`.
  void to(DType dtype);
  /// Drops the gradients of all parameters.
  void zero_grad();
  /// Calls `function` on this module and all below, children first and in registration order.
  void apply(const std::function<void(Module&)>& function);
  /// One line per module: path, class, parameters.
  std::string summary() const;

  /// Called after each forward of this module, with the tensors it was called with. What the hook
  /// returns replaces the output; an undefined tensor leaves it as it is. For modules whose
  /// forward returns one Tensor; others throw ModuleError when called.
  using ForwardHook =
      std::function<Tensor(Module&, std::span<const Tensor> inputs, const Tensor& output)>;
  /// Adds a hook, in the order of the calls; its handle removes it.
  HookHandle register_forward_hook(ForwardHook hook) { return forward_hooks_.add(std::move(hook)); }

 protected:
  explicit Module(const Slot& slot);
  /// path_or_type() as a place.
  Place place() const;
  bool has_forward_hooks() const { return !forward_hooks_.empty(); }
  Tensor call_forward_hooks(std::span<const Tensor> inputs, Tensor output);
  [[noreturn]] void fail_hooks() const;

 private:
  friend class StateTensor;
  friend class Parameter;
  friend class Buffer;
  struct Entry {
    std::string_view name;
    std::variant<Module*, Parameter*, Buffer*> member;
  };
  void add(const Entry& entry);
  void remove(const void* member);
  template <class Member>
  NamedTensors named_tensors() const;
  /// Calls visit(path, member) for every entry below, depth first in registration order.
  template <class Visit>
  void walk(const std::string& prefix, const Visit& visit) const;

  Module* parent_;
  std::string name_;
  std::vector<Entry> entries_;
  bool training_ = true;
  Hooks<Tensor(Module&, std::span<const Tensor>, const Tensor&)> forward_hooks_;
  mutable std::atomic<Place> place_ = nullptr;  // found at the first call
};

/// What parameters and buffers have in common: a tensor with a place in the tree.
class StateTensor {
 public:
  StateTensor(const StateTensor&) = delete;
  StateTensor& operator=(const StateTensor&) = delete;

  /// The tensor itself, filled or not.
  const Tensor& tensor() const { return tensor_; }
  /// Its members: `weight->shape()`.
  const Tensor* operator->() const { return &tensor_; }

 protected:
  /// `type` names the class in messages. The tensor is added to the tree by the derived class.
  StateTensor(const Slot& slot, const char* type);
  ~StateTensor();
  Module* parent_;
  std::string name_;
  Tensor tensor_;
};

/// A tensor that is trained. Used wherever a const Tensor& is wanted.
class Parameter : public StateTensor {
 public:
  /// f32 of `shape` that requires grad. Until Module::reset_parameters or load_state_dict has
  /// filled it, computing with it throws ModuleError: nothing trains from zeros by oversight.
  Parameter(const Slot& slot, const Shape& shape, Initializer initializer);

  /// The tensor. Throws ModuleError if nothing has filled it.
  operator const Tensor&() const {
    if (tensor_.storage().version() == 0) fail_unfilled();
    return tensor_;
  }
  /// Fills it by its initializer.
  void reset(Rng& rng) const;
  /// Another initializer, for the resets to come.
  void initialize_by(Initializer initializer) { initializer_ = std::move(initializer); }

 private:
  [[noreturn]] void fail_unfilled() const;
  Initializer initializer_;
};

/// The tensor of an optional parameter; undefined if there is none.
inline Tensor tensor_of(const std::optional<Parameter>& parameter) {
  return parameter ? static_cast<const Tensor&>(*parameter) : Tensor();
}

/// A tensor that belongs to the state but is not trained.
class Buffer : public StateTensor {
 public:
  /// Starts as a copy of `value`.
  Buffer(const Slot& slot, const Tensor& value);

  /// The tensor.
  operator const Tensor&() const { return tensor_; }
};

namespace detail {
/// The bare name of T, cut out of what the compiler calls this function.
template <class T>
std::string_view bare_type_name() {
  std::string_view text = __PRETTY_FUNCTION__;
  text = text.substr(text.find("T = ") + 4);
  text = text.substr(0, text.find_first_of(";]<"));
  const size_t colon = text.rfind(':');
  return colon == std::string_view::npos ? text : text.substr(colon + 1);
}

/// Appends `argument` if it is a tensor: what a hook sees of a call.
template <class Argument>
void append_tensor(std::vector<Tensor>& tensors, const Argument& argument) {
  if constexpr (std::is_convertible_v<const Argument&, const Tensor&>) tensors.push_back(argument);
}
}  // namespace detail

/// What modules derive from: `struct MyModule : Layer<MyModule>` with a member `forward` of any
/// signature. Calling the module, `m(x…)`, enters its scope and calls forward.
template <class Self>
class Layer : public Module {
 public:
  /// Registers it in `slot`. Throws ModuleError if the name is taken.
  explicit Layer(const Slot& slot) : Module(slot) {}

  /// Enters this module's scope, calls `forward` with the arguments and then the hooks.
  template <class... Arguments>
  decltype(auto) operator()(Arguments&&... arguments) {
    const Scope scope(place());
    Self& self = static_cast<Self&>(*this);
    if (!has_forward_hooks()) return self.forward(std::forward<Arguments>(arguments)...);
    using Result = decltype(self.forward(std::forward<Arguments>(arguments)...));
    if constexpr (std::is_same_v<Result, Tensor>) {
      std::vector<Tensor> inputs;
      (detail::append_tensor(inputs, arguments), ...);
      return call_forward_hooks(inputs, self.forward(std::forward<Arguments>(arguments)...));
    } else {
      fail_hooks();
    }
  }

  std::string_view type_name() const override { return detail::bare_type_name<Self>(); }
};

}  // namespace heed

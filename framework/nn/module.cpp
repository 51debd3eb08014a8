#include "heed/framework/nn/module.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/autograd/node.h"
#include "heed/framework/base/text.h"
#include "heed/framework/ops/cast.h"
#include "heed/framework/ops/inplace.h"
#include "heed/framework/tensor/factories.h"
#include "heed/framework/tensor/shapes_only.h"

namespace heed {
namespace {

/// The address that its base, Module or StateTensor, knows itself by.
const void* address_of(const std::variant<Module*, Parameter*, Buffer*>& member) {
  if (auto* const* module = std::get_if<Module*>(&member)) return *module;
  if (auto* const* parameter = std::get_if<Parameter*>(&member)) {
    return static_cast<const StateTensor*>(*parameter);
  }
  return static_cast<const StateTensor*>(std::get<Buffer*>(member));
}

/// A parameter or buffer with its elements, and those of its gradient, in another dtype.
struct Conversion {
  Tensor target;
  Tensor elements;
  Tensor gradient;
};

void add_conversions(const NamedTensors& tensors, DType dtype, std::vector<Conversion>& all) {
  for (const auto& [path, tensor] : tensors) {
    if (!is_floating(tensor.dtype()) || tensor.dtype() == dtype) continue;
    all.push_back({tensor, to(tensor.detach(), dtype), Tensor()});
    if (tensor.storage().version() > 0) all.back().elements.storage().count_write("Module::to");
    if (tensor.grad().defined()) all.back().gradient = to(tensor.grad(), dtype);
  }
}

/// For all handles of the target. A graph that was made with the old dtype is refused by backward.
void convert(const Conversion& conversion) noexcept {
  TensorImpl& target = *conversion.target.impl();
  const TensorImpl& elements = *conversion.elements.impl();
  target.dtype = elements.dtype;
  target.storage = elements.storage;
  target.strides = elements.strides;
  target.contiguous = elements.contiguous;
  target.offset = elements.offset;
  if (target.node) target.node->dtype = elements.dtype;
  target.grad = conversion.gradient;
}

}  // namespace

Slot::Slot(Module* parent, std::string name) : parent_(parent), name_(std::move(name)) {
  const std::string owner = parent == nullptr ? "Slot" : parent->path_or_type();
  if (name_.empty() || name_.find('.') != std::string::npos) {
    throw ModuleError(owner, ": a member's name must not be empty or contain a dot, got ",
                      in_quotes(name_));
  }
  if (first_invalid_utf8(name_) != name_.size() || printable(name_, name_.size()) != name_) {
    throw ModuleError(owner, ": a member's name must be UTF-8 without control characters, got ",
                      in_quotes(name_));
  }
  if (name_ == "__metadata__") {
    throw ModuleError(owner, ": files of tensors reserve the name \"__metadata__\"");
  }
}

Module::Module(const Slot& slot) : parent_(slot.parent()), name_(slot.name()) {
  if (parent_ != nullptr) {
    parent_->add({name_, this});
    training_ = parent_->training_;
  }
}

Module::~Module() {
  if (parent_ != nullptr) parent_->remove(this);
}

Place Module::place() const {
  Place found = place_.load(std::memory_order_acquire);
  if (found == nullptr) {
    found = place_of(path_or_type());
    place_.store(found, std::memory_order_release);
  }
  return found;
}

Tensor Module::call_forward_hooks(std::span<const Tensor> inputs, Tensor output) {
  forward_hooks_.for_each([&](const ForwardHook& hook) {
    Tensor changed = hook(*this, inputs, output);
    if (changed.defined()) output = std::move(changed);
  });
  return output;
}

void Module::fail_hooks() const {
  throw ModuleError(path_or_type(),
                    ": a forward hook needs a forward that returns a single Tensor");
}

void Module::add(const Entry& entry) {
  for (const Entry& other : entries_) {
    if (other.name == entry.name) {
      throw ModuleError(path_or_type(), ": two members are named \"", entry.name, "\"");
    }
  }
  entries_.push_back(entry);
}

void Module::remove(const void* member) {
  // Members go in reverse order, so the last entry is nearly always the one.
  const auto found = std::find_if(entries_.rbegin(), entries_.rend(), [member](const Entry& entry) {
    return address_of(entry.member) == member;
  });
  if (found != entries_.rend()) entries_.erase(std::next(found).base());
}

std::string Module::path() const {
  if (parent_ == nullptr) return "";
  const std::string above = parent_->path();
  return above.empty() ? name_ : above + "." + name_;
}

std::string Module::path_or_type() const {
  return parent_ == nullptr ? std::string(type_name()) : path();
}

template <class Visit>
void Module::walk(const std::string& prefix, const Visit& visit) const {
  for (const Entry& entry : entries_) {
    const std::string path = prefix + std::string(entry.name);
    visit(path, entry.member);
    if (const auto* child = std::get_if<Module*>(&entry.member)) (*child)->walk(path + ".", visit);
  }
}

template <class Member>
NamedTensors Module::named_tensors() const {
  NamedTensors result;
  walk("", [&](const std::string& path, const auto& member) {
    const auto* item = std::get_if<Member*>(&member);
    if (item != nullptr) result.emplace_back(path, (*item)->tensor());
  });
  return result;
}

NamedTensors Module::named_parameters() const {
  return named_tensors<Parameter>();
}

NamedTensors Module::named_buffers() const {
  return named_tensors<Buffer>();
}

std::vector<Tensor> Module::parameters() const {
  std::vector<Tensor> result;
  for (const auto& [path, tensor] : named_parameters()) result.push_back(tensor);
  return result;
}

std::vector<Module*> Module::modules() {
  std::vector<Module*> result{this};
  walk("", [&](const std::string&, const auto& member) {
    if (const auto* item = std::get_if<Module*>(&member)) result.push_back(*item);
  });
  return result;
}

int64_t Module::num_parameters() const {
  int64_t count = 0;
  for (const auto& [path, tensor] : named_parameters()) count += tensor.numel();
  return count;
}

NamedTensors Module::state_dict() const {
  NamedTensors state;
  for (const NamedTensors& part : {named_parameters(), named_buffers()}) {
    for (const auto& [path, tensor] : part) state.emplace_back(path, clone(tensor.detach()));
  }
  return state;
}

std::string state_faults(const NamedTensors& own, const NamedTensors& given) {
  const std::map<std::string, Tensor> wanted(own.begin(), own.end());
  std::string faults;
  std::set<std::string> names;
  for (const auto& [path, tensor] : given) {
    const auto target = wanted.find(path);
    if (!names.insert(path).second) {
      faults += text_of("\n  given twice: ", path);
    } else if (target == wanted.end()) {
      faults += text_of("\n  unexpected: ", path);
    } else if (!tensor.defined()) {
      faults += text_of("\n  undefined: ", path);
    } else if (tensor.shape() != target->second.shape() ||
               tensor.dtype() != target->second.dtype()) {
      faults += text_of("\n  does not fit: ", path, " is ", target->second.dtype(), " ",
                        target->second.shape(), ", given ", tensor.dtype(), " ", tensor.shape());
    }
  }
  for (const auto& [path, tensor] : wanted) {
    if (!names.contains(path)) faults += text_of("\n  missing: ", path);
  }
  return faults;
}

void load_tensors(const std::string& what, const NamedTensors& own, const NamedTensors& given) {
  const std::string faults = state_faults(own, given);
  if (!faults.empty()) throw ModuleError(what, ": the state does not fit:", faults);
  std::map<std::string, Tensor> sources(given.begin(), given.end());
  // Sources first into memory of their own: one may be a view of another target.
  for (auto& [path, tensor] : sources) tensor = clone(tensor.detach());
  const NoGrad guard;
  for (const auto& [path, tensor] : own) copy_(tensor, sources.at(path));
}

void Module::load_state_dict(const NamedTensors& state) {
  NamedTensors own = named_parameters();
  for (const auto& buffer : named_buffers()) own.push_back(buffer);
  load_tensors(text_of(path_or_type(), ": load_state_dict"), own, state);
}

void Module::reset_parameters(Rng& rng) {
  walk("", [&](const std::string&, const auto& member) {
    if (const auto* item = std::get_if<Parameter*>(&member)) (*item)->reset(rng);
  });
}

void Module::train(bool on) {
  for (Module* module : modules()) module->training_ = on;
}

void Module::to(DType dtype) {
  check_floating("Module::to", dtype);
  std::vector<Conversion> conversions;
  {
    const NoGrad guard;
    add_conversions(named_parameters(), dtype, conversions);
    add_conversions(named_buffers(), dtype, conversions);
  }
  // Everything that can fail is done.
  for (const Conversion& conversion : conversions) convert(conversion);
}

void Module::zero_grad() {
  for (const Tensor& parameter : parameters()) {
    if (parameter.requires_grad()) parameter.set_grad(Tensor());  // a frozen one has none
  }
}

void Module::apply(const std::function<void(Module&)>& function) {
  for (const Entry& entry : entries_) {
    if (auto* const* child = std::get_if<Module*>(&entry.member)) (*child)->apply(function);
  }
  function(*this);
}

std::string Module::summary() const {
  std::string text = fmt::format("{} ({})\n", type_name(), counted(num_parameters(), "parameter"));
  walk("", [&](const std::string& path, const auto& member) {
    const auto depth = static_cast<size_t>(std::count(path.begin(), path.end(), '.')) + 1;
    const std::string_view name = std::string_view(path).substr(path.rfind('.') + 1);
    const std::string head = fmt::format("{:{}}{}: ", "", 2 * depth, name);
    if (const auto* module = std::get_if<Module*>(&member)) {
      text += fmt::format("{}{} ({})\n", head, (*module)->type_name(),
                          counted((*module)->num_parameters(), "parameter"));
    } else if (const auto* parameter = std::get_if<Parameter*>(&member)) {
      text += fmt::format("{}{} {}\n", head, text_of((*parameter)->tensor().dtype()),
                          text_of((*parameter)->tensor().shape()));
    }
  });
  return text;
}

StateTensor::StateTensor(const Slot& slot, const char* type)
    : parent_(slot.parent()), name_(slot.name()) {
  if (parent_ == nullptr) throw ModuleError(type, ": belongs to a module, it cannot be a root");
}

StateTensor::~StateTensor() {
  parent_->remove(this);
}

Parameter::Parameter(const Slot& slot, const Shape& shape, Initializer initializer)
    : StateTensor(slot, "Parameter"), initializer_(std::move(initializer)) {
  tensor_ = filled_state(shape, 0);
  tensor_.requires_grad_();
  parent_->add({name_, this});
}

void Parameter::fail_unfilled() const {
  throw ModuleError(parent_->path_or_type(), ": ", name_,
                    " has no values yet; call reset_parameters(rng) or load_state_dict(state)");
}

void Parameter::reset(Rng& rng) const {
  const NoGrad guard;
  initializer_(tensor_, rng);
}

Buffer::Buffer(const Slot& slot, const Tensor& value) : StateTensor(slot, "Buffer") {
  if (!value.defined()) throw ModuleError(parent_->path_or_type(), ": ", name_, " has no value");
  tensor_ = clone(value.detach());
  parent_->add({name_, this});
}

}  // namespace heed

#include "heed/examples/cli/training/divided_optimizer.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/ops/inplace.h"
#include "heed/framework/tensor/factories.h"
#include "heed/framework/tensor/shapes_only.h"

namespace heed {
namespace {

/// The elements of a dense tensor.
std::span<std::byte> elements_of(const Tensor& tensor) {
  const auto bytes = static_cast<size_t>(tensor.numel() * itemsize(tensor.dtype()));
  std::byte* data = tensor.dtype() == DType::i64
                        ? reinterpret_cast<std::byte*>(tensor.mutable_data<int64_t>())
                        : reinterpret_cast<std::byte*>(tensor.mutable_data<float>());
  return {data, bytes};
}

void append_bytes(std::vector<std::byte>& bytes, std::span<const std::byte> more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

/// Fills tensors with bytes that were appended in the same order.
class Unpacked {
 public:
  explicit Unpacked(std::span<const std::byte> bytes) : left_(bytes) {}
  void into(const Tensor& tensor) {
    const auto elements = elements_of(tensor);
    std::memcpy(elements.data(), left_.data(), elements.size());
    left_ = left_.subspan(elements.size());
  }
  void skip(int64_t bytes) { left_ = left_.subspan(static_cast<size_t>(bytes)); }

 private:
  std::span<const std::byte> left_;
};

/// Gives each parameter to a rank, the largest first, always to the one that has least.
std::vector<int> owners_of(const std::vector<Tensor>& parameters, int ranks) {
  std::vector<size_t> order(parameters.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return parameters[a].numel() > parameters[b].numel();
  });
  std::vector<int> owners(parameters.size(), 0);
  std::vector<int64_t> load(static_cast<size_t>(ranks), 0);
  for (const size_t parameter : order) {
    const auto least = std::min_element(load.begin(), load.end());
    *least += parameters[parameter].numel();
    owners[parameter] = static_cast<int>(least - load.begin());
  }
  return owners;
}

TrainedParameters planned(const Module& model, const TrainingConfig& config, const Team& team) {
  if (team.is_alone()) return trained_parameters(model, config);
  const ShapesOnly guard;
  return trained_parameters(model, config);
}

/// "encoder.weight/m" is of "encoder.weight".
std::string parameter_of(const std::string& state) {
  return state.substr(0, state.rfind('/'));
}

int64_t total_of(std::span<const int64_t> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t{0});
}

}  // namespace

int64_t bytes_of(const NamedTensors& tensors) {
  int64_t bytes = 0;
  for (const auto& [name, tensor] : tensors) bytes += tensor.numel() * itemsize(tensor.dtype());
  return bytes;
}

PartGradients& PartGradients::operator+=(const PartGradients& other) {
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (!other.tensors[i].defined()) continue;
    if (tensors[i].defined()) {
      add_(tensors[i], other.tensors[i]);
    } else {
      tensors[i] = other.tensors[i];
    }
  }
  return *this;
}

DividedOptimizer::DividedOptimizer(const Module& model, const TrainingConfig& config, Team& team)
    : model_(model),
      config_(config),
      team_(team),
      whole_(planned(model, config, team)),
      owners_(owners_of(parameters(), team.size())),
      owned_bytes_(static_cast<size_t>(team.size()), 0),
      sum_(config.micro_batches) {
  std::set<std::string> wanted;
  for (size_t i = 0; i < owners_.size(); ++i) {
    owned_bytes_[static_cast<size_t>(owners_[i])] +=
        parameters()[i].numel() * itemsize(parameters()[i].dtype());
    if (owns(i)) wanted.insert(whole_.optimizer.names()[i]);
  }
  if (!team.is_alone()) own_ = optimizer_of_some(model, config, wanted);
}

JointOptimizer* DividedOptimizer::own() {
  return team_.is_alone() ? &whole_.optimizer : own_ ? &*own_ : nullptr;
}

const JointOptimizer* DividedOptimizer::own() const {
  return team_.is_alone() ? &whole_.optimizer : own_ ? &*own_ : nullptr;
}

void DividedOptimizer::zero_grad() {
  whole_.optimizer.zero_grad();
  sum_ = TreeSum<PartGradients>(config_.micro_batches);
}

void DividedOptimizer::take_part(int64_t part) {
  PartGradients gradients;
  for (const Tensor& parameter : parameters()) {
    const Tensor gradient = parameter.grad();
    gradients.tensors.push_back(gradient.defined() ? gradient.contiguous() : gradient);
    parameter.set_grad(Tensor());
  }
  sum_.add(part, std::move(gradients));
}

GradNorm DividedOptimizer::sum_parts() {
  auto nodes = std::exchange(sum_, TreeSum<PartGradients>(config_.micro_batches)).nodes();
  const PartGradients sum =
      team_.is_alone() ? std::move(nodes.front().value) : summed_among_ranks(nodes);
  for (size_t i = 0; i < owners_.size(); ++i) parameters()[i].set_grad(sum.tensors[i]);
  return norm_of(square_sums());
}

PartGradients DividedOptimizer::summed_among_ranks(
    const std::vector<TreeSum<PartGradients>::Node>& mine) {
  const int64_t parts = config_.micro_batches;
  const size_t count = owners_.size(), ranks = owned_bytes_.size();
  std::vector<int64_t> flag_sizes, incoming, outgoing;
  for (int r = 0; r < team_.size(); ++r) {
    const auto [begin, end] = team_.share_of(parts, r);
    const int64_t nodes = tree_shape(parts, begin, end).nodes;
    flag_sizes.push_back(nodes * static_cast<int64_t>(count));
    incoming.push_back(nodes * owned_bytes_[static_cast<size_t>(team_.rank())]);
    outgoing.push_back(std::ssize(mine) * owned_bytes_[static_cast<size_t>(r)]);
  }
  // A gradient that is missing is not one of zeros: −0 + 0 is 0.
  std::vector<std::byte> has, all_have(static_cast<size_t>(total_of(flag_sizes)));
  for (const auto& node : mine) {
    for (const Tensor& gradient : node.value.tensors) has.push_back(std::byte{gradient.defined()});
  }
  team_.gather(has, flag_sizes, all_have);

  sent_.clear();
  sent_.reserve(static_cast<size_t>(total_of(outgoing)));
  for (size_t r = 0; r < ranks; ++r) {
    for (const auto& node : mine) {
      for (size_t i = 0; i < count; ++i) {
        if (owners_[i] != static_cast<int>(r)) continue;
        const Tensor& gradient = node.value.tensors[i];
        if (gradient.defined()) {
          append_bytes(sent_, elements_of(gradient));
        } else {
          sent_.resize(sent_.size() + elements_of(parameters()[i]).size());
        }
      }
    }
  }
  const Tensor received = empty({total_of(incoming) / itemsize(DType::f32)});
  team_.exchange(sent_, outgoing, elements_of(received), incoming);

  TreeSum<PartGradients> sum(parts);
  int64_t offset = 0;
  size_t flag = 0;
  for (int r = 0; r < team_.size(); ++r) {
    const auto [begin, end] = team_.share_of(parts, r);
    TreeSum<NoValue> shape(parts);
    for (int64_t part = begin; part < end; ++part) shape.add(part, NoValue{});
    for (const auto& node : shape.nodes()) {
      PartGradients gradients{std::vector<Tensor>(count)};
      for (size_t i = 0; i < count; ++i, ++flag) {
        if (!owns(i)) continue;
        const Shape& own = parameters()[i].shape();
        if (all_have[flag] != std::byte{0}) {
          gradients.tensors[i] = received.alias(own, contiguous_strides(own), offset);
        }
        offset += parameters()[i].numel();
      }
      sum.add({node.level, node.index, std::move(gradients)});
    }
  }
  return std::move(sum.nodes().front().value);
}

std::vector<SquareSum> DividedOptimizer::square_sums() {
  std::vector<SquareSum> mine, all(owners_.size()), in_order(owners_.size());
  std::vector<int64_t> sizes(owned_bytes_.size(), 0);
  for (size_t i = 0; i < owners_.size(); ++i) {
    sizes[static_cast<size_t>(owners_[i])] += int64_t{sizeof(SquareSum)};
    if (!owns(i)) continue;
    const Tensor gradient = parameters()[i].grad();
    mine.push_back(gradient.defined() ? square_sum_of(gradient) : SquareSum{});
  }
  team_.gather(std::as_bytes(std::span(mine)), sizes, std::as_writable_bytes(std::span(all)));
  size_t next = 0;
  for (int r = 0; r < team_.size(); ++r) {
    for (size_t i = 0; i < owners_.size(); ++i) {
      if (owners_[i] == r) in_order[i] = all[next++];
    }
  }
  return in_order;
}

void DividedOptimizer::clip(double max_norm, const GradNorm& norm) {
  std::vector<Tensor> gradients;
  for (const Tensor& parameter : parameters()) {
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  }
  clip_gradients(gradients, max_norm, norm);
}

void DividedOptimizer::step(double lr) {
  collected_.reset();
  if (JointOptimizer* optimizer = own()) {
    optimizer->set_lr(lr);
    optimizer->step();
  }
  if (!team_.is_alone()) spread_parameters();
}

void DividedOptimizer::spread_parameters() {
  sent_.clear();
  for (size_t i = 0; i < owners_.size(); ++i) {
    if (owns(i)) append_bytes(sent_, elements_of(parameters()[i]));
  }
  all_.resize(static_cast<size_t>(total_of(owned_bytes_)));
  team_.gather(sent_, owned_bytes_, all_);
  const NoGrad guard;
  Unpacked unpacked(all_);
  for (int r = 0; r < team_.size(); ++r) {
    if (r == team_.rank()) unpacked.skip(owned_bytes_[static_cast<size_t>(r)]);
    for (size_t i = 0; i < owners_.size(); ++i) {
      if (owners_[i] != r || owns(i)) continue;
      begin_write("DividedOptimizer::step", parameters()[i]);
      unpacked.into(parameters()[i]);
    }
  }
}

NamedTensors DividedOptimizer::state_of(int rank) const {
  std::set<std::string> owned;
  for (size_t i = 0; i < owners_.size(); ++i) {
    if (owners_[i] == rank) owned.insert(whole_.optimizer.names()[i]);
  }
  NamedTensors state = whole_.optimizer.state();
  std::erase_if(state,
                [&](const auto& named) { return !owned.contains(parameter_of(named.first)); });
  return state;
}

void DividedOptimizer::collect_state() {
  if (team_.is_alone()) return;
  std::vector<std::byte> mine;
  if (own_) {
    for (const auto& [name, tensor] : own_->state()) append_bytes(mine, elements_of(tensor));
  }
  std::vector<int64_t> incoming = team_.gathered(static_cast<int64_t>(mine.size()));
  if (!team_.leads()) std::fill(incoming.begin(), incoming.end(), 0);
  std::vector<int64_t> outgoing(incoming.size(), 0);
  outgoing.front() = static_cast<int64_t>(mine.size());
  std::vector<std::byte> theirs(static_cast<size_t>(total_of(incoming)));
  team_.exchange(mine, outgoing, theirs, incoming);
  if (!team_.leads()) return;
  std::map<std::string, Tensor> all;
  Unpacked unpacked(theirs);
  for (int r = 0; r < team_.size(); ++r) {
    for (const auto& [name, shape] : state_of(r)) {
      all[name] = empty(shape.shape(), shape.dtype());
      unpacked.into(all[name]);
    }
  }
  NamedTensors in_order;
  for (const auto& [name, shape] : whole_.optimizer.state()) in_order.emplace_back(name, all[name]);
  collected_ = std::move(in_order);
}

NamedTensors DividedOptimizer::state() const {
  return collected_ ? *collected_ : own_state();
}

NamedTensors DividedOptimizer::own_state() const {
  return own() == nullptr ? NamedTensors() : own()->state();
}

void DividedOptimizer::load_state(const NamedTensors& state) {
  if (team_.is_alone()) return whole_.optimizer.load_state(state);
  const TrainedParameters full = trained_parameters(model_, config_);
  full.optimizer.load_state(state);
  collected_ = full.optimizer.state();
}

void DividedOptimizer::share() {
  if (team_.is_alone()) return;
  const NoGrad guard;
  NamedTensors all = model_.named_parameters();
  for (const auto& buffer : model_.named_buffers()) all.push_back(buffer);
  for (const auto& [name, tensor] : all) {
    begin_write("DividedOptimizer::share", tensor);
    team_.share(elements_of(tensor));
  }
  if (!team_.any(collected_.has_value())) return;
  std::vector<std::byte> sent;
  std::vector<int64_t> outgoing(owned_bytes_.size(), 0), incoming(owned_bytes_.size(), 0);
  if (team_.leads()) {
    const std::map<std::string, Tensor> whole(collected_->begin(), collected_->end());
    for (int r = 0; r < team_.size(); ++r) {
      const size_t before = sent.size();
      for (const auto& [name, shape] : state_of(r)) append_bytes(sent, elements_of(whole.at(name)));
      outgoing[static_cast<size_t>(r)] = static_cast<int64_t>(sent.size() - before);
    }
  }
  const NamedTensors mine = own_ ? own_->state() : NamedTensors();
  incoming.front() = bytes_of(mine);
  std::vector<std::byte> received(static_cast<size_t>(incoming.front()));
  team_.exchange(sent, outgoing, received, incoming);
  Unpacked unpacked(received);
  for (const auto& [name, tensor] : mine) unpacked.into(tensor);
  collected_.reset();
}

int64_t DividedOptimizer::state_bytes() const {
  return bytes_of(whole_.optimizer.state());
}

int64_t DividedOptimizer::most_state_bytes() const {
  int64_t most = 0;
  for (int r = 0; r < team_.size(); ++r) most = std::max(most, bytes_of(state_of(r)));
  return most;
}

}  // namespace heed

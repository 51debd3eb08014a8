#include "heed/examples/cli/inspect/leaks/leak_meter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "heed/framework/autograd/backward.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

/// Takes the place of what an embedding gives, for as long as it lives: a leaf.
class TokenLeaf {
 public:
  explicit TokenLeaf(Embedding& tokens)
      : path_(tokens.path()),
        handle_(tokens.register_forward_hook(
            [this](Module&, std::span<const Tensor>, const Tensor& output) {
              leaf_ = output.detach().clone().requires_grad_();
              return leaf_;
            })) {}
  ~TokenLeaf() { handle_.remove(); }
  TokenLeaf(const TokenLeaf&) = delete;
  TokenLeaf& operator=(const TokenLeaf&) = delete;

  const std::string& path() const { return path_; }
  const Tensor& tensor() const { return leaf_; }

 private:
  std::string path_;
  Tensor leaf_;
  HookHandle handle_;
};

/// Largest magnitude of each row of g [B, L, D]; a NaN counts as the largest.
void add_magnitudes(const Tensor& g, const Tensor& leaf, std::vector<double>& values) {
  const int64_t rows = leaf.size(0) * leaf.size(1), D = leaf.size(2);
  if (!g.defined()) {
    values.insert(values.end(), static_cast<size_t>(rows), 0.0);
    return;
  }
  const std::vector<double> elements = g.to_vector<double>();
  for (int64_t row = 0; row < rows; ++row) {
    double largest = 0;
    for (int64_t d = 0; d < D; ++d) {
      const double value = std::fabs(elements[static_cast<size_t>(row * D + d)]);
      if (std::isnan(value) || value > largest) largest = value;
      if (std::isnan(largest)) break;
    }
    values.push_back(largest);
  }
}

/// Random where `index` of the first two dimensions stands, else 0.
Tensor cotangent_at(const Tensor& scores, int64_t index, Rng& rng) {
  const int64_t classes = scores.size(2);
  Tensor cotangent = zeros(scores.shape(), DType::f64);
  const std::vector<double> values = randn({classes}, rng, DType::f64).to_vector<double>();
  std::copy(values.begin(), values.end(), cotangent.mutable_data<double>() + index * classes);
  return cotangent;
}

/// Which pairs a map allows. `lengths` [B]; `has_residual`: an output that is padding holds its own
/// token.
void allow_pairs(LeakMap& map, const std::vector<int64_t>& lengths, bool has_residual) {
  map.allowed.assign(map.values.size(), false);
  for (int64_t b = 0; b < map.B; ++b) {
    for (int64_t i = 0; i < map.L_1; ++i) {
      for (int64_t j = 0; j < map.L; ++j) {
        const bool is_there = j < lengths[static_cast<size_t>(b)];
        map.allowed[map.at(b, i, b, j)] =
            is_there ? !map.is_causal || j <= i : has_residual && i == j;
      }
    }
  }
}

std::vector<int64_t> lengths_of(const Batch& batch) {
  if (batch.lengths.defined()) return batch.lengths.to_vector<int64_t>();
  return std::vector<int64_t>(static_cast<size_t>(batch.inputs.size(0)), batch.inputs.size(1));
}

bool is_nonzero(double value) {
  return !(value == 0);  // a NaN is not 0
}

enum class Cell { blocked, unused, used, leak };

Cell cell_of(const LeakMap& map, size_t at) {
  const bool is_used = is_nonzero(map.values[at]);
  if (map.allowed[at]) return is_used ? Cell::used : Cell::unused;
  return is_used ? Cell::leak : Cell::blocked;
}

const char* mark_of(Cell cell) {
  switch (cell) {
    case Cell::blocked:
      return "·";
    case Cell::unused:
      return "░";
    case Cell::used:
      return "█";
    case Cell::leak:
      return "!";
  }
  return "";
}

/// Output positions from i on of sequence b, and input positions from j on of sequence c.
struct Block {
  int64_t b, i, c, j, rows, columns;
};

Cell worst_cell(const LeakMap& map, const Block& block) {
  Cell worst = Cell::blocked;
  for (int64_t y = block.i; y < std::min(block.i + block.rows, map.L_1); ++y) {
    for (int64_t x = block.j; x < std::min(block.j + block.columns, map.L); ++x) {
      worst = std::max(worst, cell_of(map, map.at(block.b, y, block.c, x)));
    }
  }
  return worst;
}

}  // namespace

int64_t LeakMap::leaks() const {
  int64_t count = 0;
  for (size_t at = 0; at < values.size(); ++at) count += !allowed[at] && is_nonzero(values[at]);
  return count;
}

int64_t LeakMap::unused() const {
  int64_t count = 0;
  for (size_t at = 0; at < values.size(); ++at) count += allowed[at] && !is_nonzero(values[at]);
  return count;
}

std::optional<PositionPair> LeakMap::worst() const {
  std::optional<PositionPair> worst;
  for (int64_t at = 0; at < pairs(); ++at) {
    const double value = values[static_cast<size_t>(at)];
    if (allowed[static_cast<size_t>(at)] || !is_nonzero(value)) continue;
    if (worst && !std::isnan(value) && value <= worst->value) continue;
    worst = {at / (B * L) / L_1, at / (B * L) % L_1, at / L % B, at % L, "padding", value};
    if (is_causal && worst->input > worst->output) worst->kind = "a later token";
    if (worst->input_sequence != worst->output_sequence) worst->kind = "another sequence";
    if (std::isnan(value)) break;
  }
  return worst;
}

std::vector<LeakMap> measure_leaks(Model& model, const Batch& batch,
                                   const std::function<void()>& before_each) {
  std::vector<std::unique_ptr<TokenLeaf>> leaves;
  leaves.push_back(std::make_unique<TokenLeaf>(model.tokens));
  if (model.writer) leaves.push_back(std::make_unique<TokenLeaf>(model.writer->tokens));
  const Tensor scores = model(batch);
  std::vector<Tensor> inputs;
  std::vector<LeakMap> maps;
  for (const auto& leaf : leaves) {
    inputs.push_back(leaf->tensor());
    maps.push_back({leaf->path(), scores.size(0), scores.size(1), leaf->tensor().size(1)});
  }
  Rng rng(stream(0, Purpose::data));
  for (int64_t index = 0; index < scores.size(0) * scores.size(1); ++index) {
    before_each();
    const std::vector<Tensor> gradients =
        grad(std::vector{scores}, inputs, std::vector{cotangent_at(scores, index, rng)},
             {.retain_graph = true}, true);
    for (size_t k = 0; k < maps.size(); ++k) {
      add_magnitudes(gradients[k], inputs[k], maps[k].values);
    }
  }
  maps[0].is_causal = model.attends == Attends::causal;
  allow_pairs(maps[0], lengths_of(batch), maps[0].is_causal || model.attends == Attends::self);
  if (model.writer) {
    maps[1].is_causal = true;
    const std::vector<int64_t> whole(static_cast<size_t>(maps[1].B), maps[1].L);
    allow_pairs(maps[1], whole, true);
  }
  return maps;
}

std::string leak_picture(const LeakMap& map, int64_t most) {
  const int64_t rows = (map.L_1 + most - 1) / most, columns = (map.L + most - 1) / most;
  std::string text;
  for (int64_t b = 0; b < map.B; ++b) {
    for (int64_t i = 0; i < map.L_1; i += rows) {
      text += fmt::format("  {} ", i == 0 ? fmt::format("sequence {}", b) : "          ");
      for (int64_t c = 0; c < map.B; ++c) {
        text += " ";
        for (int64_t j = 0; j < map.L; j += columns) {
          text += mark_of(worst_cell(map, {b, i, c, j, rows, columns}));
        }
      }
      text += "\n";
    }
    if (b + 1 < map.B) text += "\n";
  }
  return text;
}

}  // namespace heed

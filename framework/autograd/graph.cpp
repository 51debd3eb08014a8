#include "heed/framework/autograd/graph.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "heed/framework/autograd/node.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

/// Every node that the roots depend on, oldest first: the order of the computation.
std::vector<const Node*> nodes_below(std::span<const Tensor> roots) {
  std::vector<const Node*> waiting, found;
  std::unordered_map<const Node*, bool> seen;
  const auto reach = [&](const Node* node) {
    if (node != nullptr && seen.try_emplace(node, true).second) waiting.push_back(node);
  };
  for (const Tensor& root : roots) {
    if (root.defined()) reach(root.impl()->node.get());
  }
  while (!waiting.empty()) {
    const Node* node = waiting.back();
    waiting.pop_back();
    found.push_back(node);
    for (const NodeEdge& edge : node->edges()) reach(edge.target.get());
  }
  std::sort(found.begin(), found.end(),
            [](const Node* a, const Node* b) { return a->order < b->order; });
  return found;
}

}  // namespace

std::string to_dot(std::span<const Tensor> roots,
                   const std::vector<std::pair<std::string, Tensor>>& names) {
  std::unordered_map<const Node*, std::string> leaf_names;
  for (const auto& [name, tensor] : names) {
    if (tensor.defined() && tensor.is_leaf()) leaf_names[tensor.impl()->node.get()] = name;
  }
  const std::vector<const Node*> nodes = nodes_below(roots);
  std::unordered_map<const Node*, std::string> ids;
  std::map<std::string, std::string> frames;  // by module path: the boxes inside
  for (const Node* node : nodes) {
    const std::string id = text_of("n", ids.size());
    ids[node] = id;
    std::string what = node->op;
    if (node->is_leaf()) {
      const auto name = leaf_names.find(node);
      what = name == leaf_names.end() ? "leaf" : name->second;
    }
    std::string label = json_string(what);
    label.insert(label.size() - 1, text_of("\\n", node->dtype, " ", node->shape));
    frames[node->place == nullptr ? "" : *node->place] +=
        text_of("    ", id, " [label=", label, node->is_leaf() ? ", shape=ellipse" : "", "];\n");
  }
  std::string dot = "digraph heed {\n  rankdir=TB;\n  node [shape=box];\n";
  int64_t frame = 0;
  for (const auto& [path, boxes] : frames) {
    if (path.empty()) {
      dot += boxes;
    } else {
      dot += text_of("  subgraph cluster_", frame++, " {\n    label=", json_string(path), ";\n",
                     boxes, "  }\n");
    }
  }
  for (const Node* node : nodes) {
    for (const NodeEdge& edge : node->edges()) {
      if (edge.target) dot += text_of("  ", ids[edge.target.get()], " -> ", ids[node], ";\n");
    }
  }
  return dot + "}\n";
}

}  // namespace heed

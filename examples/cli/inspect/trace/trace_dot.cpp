#include "heed/examples/cli/inspect/trace/trace_dot.h"

#include <algorithm>
#include <map>
#include <memory>

#include "heed/examples/cli/inspect/trace/trace_text.h"

namespace heed {
namespace {

/// A text in quotes; "\n" in it is a line break of the picture.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '\n') {
      result += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

/// A module: what is in its frame.
struct Frame {
  std::vector<std::string> nodes;
  std::vector<std::pair<std::string, std::unique_ptr<Frame>>> inner;

  Frame& at(const std::vector<std::string>& steps) {
    Frame* frame = this;
    for (const std::string& step : steps) {
      const auto found = std::find_if(frame->inner.begin(), frame->inner.end(),
                                      [&](const auto& one) { return one.first == step; });
      if (found != frame->inner.end()) {
        frame = found->second.get();
      } else {
        frame->inner.emplace_back(step, std::make_unique<Frame>());
        frame = frame->inner.back().second.get();
      }
    }
    return *frame;
  }

  void write(std::string& dot, const std::string& indent, int64_t& clusters) const {
    for (const std::string& node : nodes) dot += indent + node + "\n";
    for (const auto& [name, frame] : inner) {
      dot += text_of(indent, "subgraph cluster_", clusters++, " {\n");
      dot += indent + "  label=" + quoted(name) + ";\n";
      frame->write(dot, indent + "  ", clusters);
      dot += indent + "}\n";
    }
  }
};

std::string flow_text(const Axes& axes, const Shape& shape) {
  std::string text;
  for (const std::string& axis : axes) text += (text.empty() ? "" : " ") + axis;
  return (text.empty() ? "" : text + "\n") + text_of(shape);
}

/// The module that "encoder.norm.weight" is in, and its name there.
std::pair<std::string, std::string> split_name(const std::string& path) {
  const size_t dot = path.rfind('.');
  if (dot == std::string::npos) return {"", path};
  return {path.substr(0, dot), path.substr(dot + 1)};
}

class Picture {
 public:
  explicit Picture(const std::vector<std::pair<std::string, Tensor>>& names) {
    for (const auto& [name, tensor] : names) shapes_[name] = tensor.shape();
  }

  void add(const TraceRow& row, size_t number, const std::vector<TraceRow>& rows) {
    const std::string id = text_of("op", number);
    top_.at(module_steps(row.path)).nodes.push_back(text_of(id, " [label=", quoted(row.op), "];"));
    for (const std::string& input : row.inputs) {
      if (input.starts_with('#')) {
        const TraceRow& from = rows[std::stoul(input.substr(1)) - 1];
        add_edge("op" + input.substr(1), id, flow_text(from.axes, from.shape));
      } else if (const auto shape = shapes_.find(input); shape != shapes_.end()) {
        add_edge(named(input), id, flow_text({}, shape->second));
      } else {
        const std::string constant = text_of("constant", constants_++);
        top_.at(module_steps(row.path))
            .nodes.push_back(constant + " [label=\"constant\", shape=ellipse, style=dashed];");
        add_edge(constant, id, "");
      }
    }
  }

  std::string text(const std::string& title) const {
    std::string dot = "digraph heed {\n  label=" + quoted(title) +
                      ";\n  labelloc=t;\n  rankdir=TB;\n  node [shape=box];\n";
    int64_t clusters = 0;
    top_.write(dot, "  ", clusters);
    return dot + edges_ + "}\n";
  }

 private:
  /// The ellipse of a parameter, a buffer or an input.
  std::string named(const std::string& name) {
    const auto [known, is_new] = named_.try_emplace(name, text_of("named", named_.size()));
    if (!is_new) return known->second;
    const auto [module, own] = split_name(name);
    top_.at(module_steps(module))
        .nodes.push_back(known->second + " [label=" + quoted(own) + ", shape=ellipse];");
    return known->second;
  }

  void add_edge(const std::string& from, const std::string& to, const std::string& label) {
    edges_ += "  " + from + " -> " + to;
    edges_ += label.empty() ? ";\n" : " [label=" + quoted(label) + "];\n";
  }

  std::map<std::string, Shape> shapes_;
  std::map<std::string, std::string> named_;
  int64_t constants_ = 0;
  Frame top_;
  std::string edges_;
};

}  // namespace

std::string trace_dot(const TraceRecorder& trace,
                      const std::vector<std::pair<std::string, Tensor>>& names,
                      const std::string& title) {
  Picture picture(names);
  for (size_t i = 0; i < trace.rows().size(); ++i) {
    picture.add(trace.rows()[i], i + 1, trace.rows());
  }
  return picture.text(title);
}

}  // namespace heed

#include "heed/examples/cli/report/model_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "heed/examples/cli/figures/svg.h"
#include "heed/examples/cli/inspect/heads/head_spectrum.h"
#include "heed/examples/cli/inspect/trace/trace_text.h"
#include "heed/examples/cli/inspect/trace/traced_forward.h"
#include "heed/examples/cli/report/html.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/base/text.h"

namespace heed {
namespace {

/// A module, or with a leaf a parameter.
struct TreeNode {
  std::string name{};
  int64_t parameters = 0;
  std::string leaf{};                ///< what a parameter's line says besides
  std::vector<TreeNode> children{};  ///< in order of registration
};

TreeNode& child_of(TreeNode& node, const std::string& name) {
  for (TreeNode& child : node.children) {
    if (child.name == name) return child;
  }
  return node.children.emplace_back(TreeNode{.name = name});
}

std::string magnitude_text(const Tensor& tensor) {
  double squares = 0;
  const std::vector<double> values = tensor.to(DType::f64).to_vector<double>();
  for (const double value : values) squares += value * value;
  const auto count = static_cast<double>(std::max<size_t>(1, values.size()));
  return fmt::format("root mean square {}", shown_number(std::sqrt(squares / count)));
}

TreeNode tree_of(Model& model) {
  TreeNode root;
  for (const auto& [path, tensor] : model.named_parameters()) {
    TreeNode* node = &root;
    root.parameters += tensor.numel();
    for (const std::string& step : module_steps(path)) {
      node = &child_of(*node, step);
      node->parameters += tensor.numel();
    }
    node->leaf = text_of(tensor.shape()) + ", " + magnitude_text(tensor);
  }
  return root;
}

std::string tree_html(const TreeNode& node) {
  std::string html = "<ul>\n";
  for (const TreeNode& child : node.children) {
    const std::string count = counted(child.parameters, "parameter");
    html += "<li>";
    if (child.children.empty()) {
      html += text_element("code", child.name) + " " + xml_text(child.leaf);
    } else {
      html += "<details open><summary>" + text_element("code", child.name) + " " + xml_text(count) +
              "</summary>" + tree_html(child) + "</details>";
    }
    html += "</li>\n";
  }
  return html + "</ul>\n";
}

std::string words_text(const std::vector<std::string>& words, const char* between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

std::vector<std::string> journey_cells(const TraceRow& row) {
  return {row.path.empty() ? "model" : row.path, row.op, words_text(row.axes, " "),
          text_of(row.shape)};
}

/// What each module in turn hands on: the output of its last op before another one takes over.
HtmlTable journey_of(const TraceRecorder& trace) {
  HtmlTable table{
      .head = {"module", "op", "axes", "shape"}, .rows = {}, .caption = "shape journey"};
  const std::vector<TraceRow>& rows = trace.rows();
  for (size_t i = 0; i < rows.size(); ++i) {
    const bool is_last = i + 1 == rows.size() || rows[i + 1].path != rows[i].path;
    if (is_last) table.rows.push_back(journey_cells(rows[i]));
  }
  return table;
}

std::string journey_html(Model& model, const TaskForm& form) {
  const TracedForward forward(model, form, 0);
  return text_element("h3", "Shape journey") +
         text_element("p",
                      fmt::format("What each module hands on in a pass over {} sequences: {}. "
                                  "Every operation: `heed trace`.",
                                  TracedForward::sequences, letters_text(forward.recorder)),
                      "note") +
         to_html(journey_of(forward.recorder));
}

/// The singular values of one of each head's two matrices.
ReportFigure spectrum_figure(size_t attention, const std::string& path, const char* matrix,
                             const std::vector<HeadSpectrum>& heads,
                             std::vector<double> HeadSpectrum::*values) {
  ReportFigure figure{
      .id = fmt::format("spectrum-{}-{}", attention, matrix), .figure = {}, .is_over_steps = false};
  figure.figure.title = fmt::format("{}: {}", path, matrix);
  figure.figure.x_name = "singular value, largest first";
  figure.figure.y_name = "size";
  figure.figure.y_holds = {0};
  double largest = 0;
  size_t strongest = 0;
  for (size_t h = 0; h < heads.size(); ++h) {
    Series series{fmt::format("head {}", h), {}, heads[h].*values};
    for (size_t i = 0; i < series.y.size(); ++i) series.x.push_back(static_cast<double>(i + 1));
    if (!series.y.empty() && series.y.front() > largest) {
      largest = series.y.front();
      strongest = h;
    }
    figure.figure.series.push_back(std::move(series));
  }
  figure.figure.about =
      fmt::format("The largest is {}, of head {}.", shown_number(largest), strongest);
  return figure;
}

std::vector<ReportFigure> spectra_of(Model& model) {
  std::vector<ReportFigure> figures;
  for (const auto& [path, attention] : model.attentions()) {
    const auto heads = attention->as_multi_head();
    if (heads == nullptr) continue;
    const std::vector<HeadSpectrum> spectra = head_spectra(*heads);
    const size_t number = figures.size() / 2;
    figures.push_back(spectrum_figure(number, path, "QK", spectra, &HeadSpectrum::qk));
    figures.push_back(spectrum_figure(number, path, "OV", spectra, &HeadSpectrum::ov));
  }
  return figures;
}

}  // namespace

ModelSection model_section(Model& model, const TaskForm& form) {
  model.eval();
  const NoGrad guard;
  ModelSection section{.html = {}, .figures = spectra_of(model)};
  const TreeNode tree = tree_of(model);
  std::string html =
      "<section id=\"model\" aria-labelledby=\"model-title\">"
      "<h2 id=\"model-title\">Model</h2>\n";
  html += text_element("p", counted(tree.parameters, "parameter") + ".", "about");
  html += "<div class=\"figures pair\"><div class=\"tree\">" + text_element("h3", "Parameters") +
          tree_html(tree) + "</div><div>" + journey_html(model, form) + "</div></div>\n";
  if (!section.figures.empty()) {
    html += text_element("h3", "Singular values of each head") +
            text_element("p",
                         "QK: the matrix W_Qᵀ W_K, by which a head compares a position that asks "
                         "with one that is read. OV: the matrix W_O W_V, by which it moves what it "
                         "reads. Few large values: the head looks at, or moves, few directions.",
                         "note") +
            "<div class=\"figures\">";
    for (const ReportFigure& figure : section.figures) html += figure_html(figure);
    html += "</div>\n";
  }
  section.html = html + "</section>\n";
  return section;
}

}  // namespace heed

#include "heed/framework/ops/einsum.h"

#include <algorithm>
#include <string>
#include <vector>

#include "heed/framework/ops/check.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/rearrange.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"

namespace heed {
namespace {

// A label is a letter, or for dimension i from the back of an ellipsis the character '0' + i.
using Labels = std::string;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool has(const Labels& labels, char label) {
  return labels.find(label) != Labels::npos;
}

[[noreturn]] void refuse(std::string_view equation, const std::string& why) {
  throw ValueError("einsum: ", why, " in \"", equation, "\"");
}

struct Equation {
  std::vector<std::string> terms;  // letters, with '.' for an ellipsis
  std::string result;
  bool explicit_result = false;
};

/// One term with "..." as a single '.'.
std::string read_term(std::string_view equation, std::string_view text) {
  std::string term;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.') {
      if (text.substr(i, 3) != "..." || has(term, '.')) refuse(equation, "a stray \".\"");
      i += 2;
    } else if (!is_letter(text[i])) {
      refuse(equation, text_of("unexpected \"", text.substr(i, 1), "\""));
    }
    term += text[i];
  }
  return term;
}

Equation parse(std::string_view equation) {
  std::string text(equation);
  std::erase(text, ' ');
  Equation result;
  const size_t arrow = text.find("->");
  const std::string left = text.substr(0, arrow);
  for (size_t begin = 0; begin <= left.size();) {
    const size_t end = std::min(left.find(',', begin), left.size());
    result.terms.push_back(read_term(equation, left.substr(begin, end - begin)));
    begin = end + 1;
  }
  if (arrow == std::string::npos) return result;
  result.explicit_result = true;
  result.result = read_term(equation, std::string_view(text).substr(arrow + 2));
  for (const char label : result.result) {
    if (std::count(result.result.begin(), result.result.end(), label) > 1) {
      refuse(equation, text_of("\"", std::string(1, label), "\" appears twice in the result"));
    }
  }
  return result;
}

/// A tensor whose dimensions have labels, each once.
struct Labelled {
  Tensor tensor;
  Labels labels;
};

/// The labels of a term for a tensor: "." becomes as many digits as it stands for dimensions.
Labels expand_ellipsis(std::string_view equation, const std::string& term, int64_t rank) {
  const size_t dot = term.find('.');
  const int64_t hidden =
      rank - static_cast<int64_t>(term.size()) + (dot == std::string::npos ? 0 : 1);
  if (hidden < 0 || (dot == std::string::npos && hidden != 0)) {
    refuse(equation, text_of("the term \"", term, "\" does not fit a ", rank, "-d tensor"));
  }
  if (dot == std::string::npos) return term;
  Labels digits;
  for (int64_t i = hidden; i > 0; --i) digits += static_cast<char>('0' + i - 1);
  return term.substr(0, dot) + digits + term.substr(dot + 1);
}

/// Letters that appear twice are taken along the diagonal, which goes last.
Labelled with_diagonals(Labelled x) {
  for (size_t i = 0; i < x.labels.size(); ++i) {
    const size_t j = x.labels.find(x.labels[i], i + 1);
    if (j == Labels::npos) continue;
    const auto first = static_cast<int64_t>(i), second = static_cast<int64_t>(j);
    if (x.tensor.size(first) != x.tensor.size(second)) {
      throw ShapeError("einsum: the diagonal \"", std::string(2, x.labels[i]),
                       "\" needs equal sizes, got ", x.tensor.shape());
    }
    x.tensor = diagonal(x.tensor, 0, first, second);
    const char label = x.labels[i];
    x.labels.erase(j, 1);
    x.labels.erase(i, 1);
    x.labels += label;
    return with_diagonals(std::move(x));
  }
  return x;
}

/// Sums over the labels that are not in `kept`.
Labelled sum_out(const Labelled& x, const Labels& kept) {
  IntList dims;
  Labels labels;
  for (size_t i = 0; i < x.labels.size(); ++i) {
    if (has(kept, x.labels[i])) {
      labels += x.labels[i];
    } else {
      dims.push_back(static_cast<int64_t>(i));
    }
  }
  return dims.empty() ? x : Labelled{sum(x.tensor, dims), labels};
}

/// The tensor with its dimensions in the order of `labels`, all of which it has.
Tensor in_order(const Labelled& x, const Labels& labels) {
  IntList dims;
  for (const char label : labels) dims.push_back(static_cast<int64_t>(x.labels.find(label)));
  return permute(x.tensor, dims);
}

int64_t size_of(const Labelled& x, char label) {
  return x.tensor.size(static_cast<int64_t>(x.labels.find(label)));
}

/// A dimension of size 1 is expanded (as a view) to the size that it has in the other operand.
void broadcast_shared(Labelled& a, Labelled& b) {
  for (const char label : a.labels) {
    if (!has(b.labels, label)) continue;
    const int64_t size_a = size_of(a, label), size_b = size_of(b, label);
    if (size_a == size_b) continue;
    if (size_a != 1 && size_b != 1) {
      throw ShapeError("einsum: \"", std::string(1, label), "\" has size ", size_a,
                       " in one operand and ", size_b, " in another");
    }
    Labelled& small = size_a == 1 ? a : b;
    Shape shape = small.tensor.shape();
    shape[static_cast<int64_t>(small.labels.find(label))] = size_a == 1 ? size_b : size_a;
    small.tensor = expand(small.tensor, shape);
  }
}

/// Σ over the shared labels that are not kept: one batched product.
Labelled contract(Labelled a, Labelled b, const Labels& kept) {
  a = sum_out(a, kept + b.labels);
  b = sum_out(b, kept + a.labels);
  broadcast_shared(a, b);
  Labels batch, inner, rows, columns;
  int64_t batch_size = 1, inner_size = 1, row_size = 1, column_size = 1;
  Shape shape;
  for (const char label : a.labels) {
    const int64_t size = size_of(a, label);
    const bool shared = has(b.labels, label);
    Labels& group = !shared ? rows : has(kept, label) ? batch : inner;
    (!shared ? row_size : has(kept, label) ? batch_size : inner_size) *= size;
    group += label;
  }
  for (const char label : b.labels) {
    if (has(a.labels, label)) continue;
    columns += label;
    column_size *= size_of(b, label);
  }
  for (const char label : batch + rows) shape.push_back(size_of(a, label));
  for (const char label : columns) shape.push_back(size_of(b, label));
  const Tensor left =
      reshape(in_order(a, batch + rows + inner), {batch_size, row_size, inner_size});
  const Tensor right =
      reshape(in_order(b, batch + inner + columns), {batch_size, inner_size, column_size});
  return {reshape(matmul(left, right), shape), batch + rows + columns};
}

/// The labels of the result: those requested, or those that appear once.
Labels result_labels(std::string_view text, const Equation& equation,
                     const std::vector<Labelled>& inputs, const std::vector<Labels>& written) {
  Labels all, digits;
  for (const Labels& labels : written) all += labels;
  for (const Labelled& input : inputs) {
    for (const char label : input.labels) {
      if (!is_letter(label) && !has(digits, label)) digits += label;
    }
  }
  std::sort(digits.rbegin(), digits.rend());  // outermost first
  if (!equation.explicit_result) {
    Labels once;
    for (const char label : all) {
      if (is_letter(label) && std::count(all.begin(), all.end(), label) == 1) once += label;
    }
    std::sort(once.begin(), once.end());
    return digits + once;
  }
  Labels result;
  for (const char label : equation.result) {
    if (label == '.') {
      result += digits;
    } else if (!has(all, label)) {
      refuse(text, text_of("\"", std::string(1, label), "\" of the result is in no operand"));
    } else {
      result += label;
    }
  }
  return result;
}

}  // namespace

Tensor einsum(std::string_view text, std::span<const Tensor> operands) {
  const Equation equation = parse(text);
  if (operands.empty() || equation.terms.size() != operands.size()) {
    refuse(text, text_of(equation.terms.size(), " terms for ", operands.size(), " operands"));
  }
  std::vector<Labelled> inputs;
  std::vector<Labels> written;
  for (size_t i = 0; i < operands.size(); ++i) {
    check_same_dtype("einsum", operands[0], operands[i]);
    check_floating("einsum", operands[i].dtype());
    written.push_back(expand_ellipsis(text, equation.terms[i], operands[i].dim()));
    inputs.push_back(with_diagonals({operands[i], written.back()}));
  }
  const Labels result = result_labels(text, equation, inputs, written);
  Labelled product = inputs[0];
  for (size_t i = 1; i < inputs.size(); ++i) {
    Labels kept = result;
    for (size_t later = i + 1; later < inputs.size(); ++later) kept += inputs[later].labels;
    product = contract(product, inputs[i], kept);
  }
  return in_order(sum_out(product, result), result);
}

}  // namespace heed

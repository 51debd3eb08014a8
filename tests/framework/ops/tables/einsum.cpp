// Rows of framework/ops/einsum.h.
#include "heed/framework/ops/einsum.h"

#include <algorithm>
#include <map>

#include "heed/tests/framework/ops/case/op_rows.h"

namespace heed::testing {
namespace {

using reference::NdArray;

using Values = std::map<char, int64_t>;

/// Calls visit(values) for every value of every letter.
template <class Visit>
void for_all_letters(const Values& sizes, Visit visit) {
  Values at;
  const auto loop = [&](auto& self, Values::const_iterator letter) -> void {
    if (letter == sizes.end()) return visit(at);
    for (int64_t i = 0; i < letter->second; ++i) {
      at[letter->first] = i;
      self(self, std::next(letter));
    }
  };
  loop(loop, sizes.begin());
}

/// The definition: the sum over every value of every letter. `equation` has an arrow and letters.
NdArray naive_einsum(const std::string& equation, const std::vector<NdArray>& in) {
  std::vector<std::string> terms{""};
  size_t at = 0;
  for (; equation.substr(at, 2) != "->"; ++at) {
    if (equation[at] == ',') {
      terms.emplace_back();
    } else {
      terms.back() += equation[at];
    }
  }
  const std::string result = equation.substr(at + 2);
  Values sizes;
  for (size_t i = 0; i < terms.size(); ++i) {
    for (size_t axis = 0; axis < terms[i].size(); ++axis) {
      int64_t& size = sizes[terms[i][axis]];
      size = std::max(size, in[i].shape.at(axis));
    }
  }
  const auto index_of = [](const std::string& term, const Values& values,
                           const std::vector<int64_t>& shape) {
    reference::Index index;
    for (size_t axis = 0; axis < term.size(); ++axis) {
      index.push_back(shape[axis] == 1 ? 0 : values.at(term[axis]));
    }
    return index;
  };
  std::vector<int64_t> shape;
  for (const char letter : result) shape.push_back(sizes.at(letter));
  NdArray y = reference::filled(shape, 0.0);
  for_all_letters(sizes, [&](const Values& values) {
    double product = 1;
    for (size_t i = 0; i < terms.size(); ++i) {
      product *= in[i].at(index_of(terms[i], values, in[i].shape));
    }
    y.at(index_of(result, values, shape)) += product;
  });
  return y;
}

/// The same equation spelled out: without spaces, ellipses (as Z, Y from the back) or a silent
/// result.
std::string spelled_out(const std::string& equation) {
  static const std::map<std::string, std::string> equations = {
      {" b h q d , b h k d -> b h q k ", "bhqd,bhkd->bhqk"},
      {"ij,jk", "ij,jk->ik"},
      {"ba", "ba->ab"},
      {"ii", "ii->"},
      {"i...,j...->ij...", "iZ,jZ->ijZ"},
      {"...ij,...jk", "YZij,YZjk->YZik"},
      {"...i->...", "YZi->YZ"},
      {"...", "YZ->YZ"},
      {"i...->i", "iYZ->i"},
  };
  const auto found = equations.find(equation);
  return found == equations.end() ? equation : found->second;
}

OpCase einsum_row() {
  const auto sample = [](const std::string& equation, std::vector<Input> inputs) {
    return Sample{std::move(inputs), {{"equation", equation}}};
  };
  const auto error = [](const std::string& equation, std::vector<Input> inputs,
                        const std::string& message) {
    return ErrorCase{std::move(inputs), {{"equation", equation}}, "einsum: " + message};
  };
  const Input vector = of_type(f32, {2}), matrix = of_type(f32, {2, 3});
  return {
      .name = "einsum",
      .inputs = {"operands*"},
      .attributes = {text("equation")},
      .call = [](auto& in, auto& with) { return einsum(with.text("equation"), in); },
      .reference =
          [](auto& in, auto& with) {
            return naive_einsum(spelled_out(with.text("equation")), in.list());
          },
      .samples = {sample("bhqd,bhkd->bhqk", {any({2, 2, 3, 2}), any({2, 2, 2, 2})}),
                  sample(" b h q d , b h k d -> b h q k ", {any({1, 2, 2, 2}), any({1, 2, 3, 2})}),
                  sample("ij,jk", {any({2, 3}), any({3, 2})}),
                  sample("ij,kj->ki", {any({2, 3}), any({2, 3})}),
                  sample("ba", {any({2, 3})}),
                  sample("ii", {any({3, 3})}),
                  sample("ii->i", {any({3, 3})}),
                  sample("iij->ji", {any({2, 2, 3})}),
                  sample("iii->i", {any({2, 2, 2})}),
                  sample("ij->", {any({2, 3})}),
                  sample("ij->j", {any({2, 3})}),
                  sample("i,j->ij", {any({2}), any({3})}),
                  sample("i,i->", {any({3}), any({3})}),
                  sample("i,i->i", {any({3}), any({3})}),
                  sample("Aa,aB->BA", {any({2, 3}), any({3, 2})}),
                  sample("ij,jk,kl->il", {any({2, 3}), any({3, 2}), any({2, 2})}),
                  sample("a,b,c->cab", {any({2}), any({2}), any({3})}),
                  sample("bn,anm,bm->ba", {any({2, 2}), any({3, 2, 2}), any({2, 2})}),
                  sample(",i->i", {any({}), any({3})}),
                  sample("ijk,k->ij", {any({2, 2, 3}), any({1})}),
                  sample("i...,j...->ij...", {any({2, 3}), any({2, 3})}),
                  sample("...ij,...jk", {any({2, 1, 2, 3}), any({1, 2, 3, 2})}),
                  sample("...i->...", {any({2, 2, 3})}),
                  sample("...", {any({2, 3})}),
                  sample("i...->i", {any({2, 2, 3})}),
                  sample("ij,jk->ik", {any({2, 0}), any({0, 3})}),
                  sample("bqc,bkc->bkq", {any({2, 90, 12}), any({2, 50, 12})})},
      .errors = {error("ij,jk->ii", {matrix, of_type(f32, {3, 2})},
                       "\"i\" appears twice in the result in \"ij,jk->ii\""),
                 error("i->j", {vector}, "\"j\" of the result is in no operand in \"i->j\""),
                 error("i,j->ij", {vector}, "2 terms for 1 operands in \"i,j->ij\""),
                 error("i->i", {vector, vector}, "1 terms for 2 operands in \"i->i\""),
                 error("i1->i", {matrix}, "unexpected \"1\" in \"i1->i\""),
                 error("i..->i", {matrix}, "a stray \".\" in \"i..->i\""),
                 error("......->", {matrix}, "a stray \".\" in \"......->\""),
                 error("ij", {vector}, "the term \"ij\" does not fit a 1-d tensor in \"ij\""),
                 error("ij...", {vector},
                       "the term \"ij.\" does not fit a 1-d tensor in \"ij...\""),
                 error("ii", {matrix}, "the diagonal \"ii\" needs equal sizes, got [2, 3]"),
                 error("i,i->", {vector, of_type(f32, {3})},
                       "\"i\" has size 2 in one operand and 3 in another"),
                 error("i->i->", {vector}, "unexpected \"-\" in \"i->i->\"")},
  };
}

}  // namespace

OpTable einsum_ops() {
  return {einsum_row()};
}

}  // namespace heed::testing

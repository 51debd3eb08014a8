// Rows of modules/embedding.h.
#include "heed/modules/embedding.h"

#include "heed/tests/framework/ops/reference/indexing.h"
#include "heed/tests/modules/case/module_case.h"
#include "heed/tests/modules/module_options.h"

namespace heed::testing {
namespace {

ModuleCase embedding_row() {
  return {
      .name = "embedding",
      .inputs = {"ids"},
      .arguments = {integer("tokens"), integer("width")},
      .build =
          [](const Attributes& with) {
            return built<Embedding>(call_with_one, with.integer("tokens"), with.integer("width"));
          },
      .reference = [](const ModuleCall& c) -> ModuleResult {
        return {reference::embedding(c.in[0], c.state["weight"])};
      },
      .num_parameters =
          [](const Attributes& with) { return with.integer("tokens") * with.integer("width"); },
      .samples = {{{{"tokens", 5}, {"width", 3}}, {indices(5, {2, 4})}},
                  {{{"tokens", 5}, {"width", 3}}, {integers_of({4, 4, 4, 0}, {4})}},
                  {{{"tokens", 1}, {"width", 1}}, {indices(1, {1, 1})}},
                  {{{"tokens", 5}, {"width", 3}}, {indices(5, {})}},
                  {{{"tokens", 5}, {"width", 3}}, {indices(5, {0, 4})}},
                  {.arguments = {{"tokens", 50}, {"width", 64}},
                   .inputs = {indices(50, {8, 100})},
                   .large = true}},
      .errors =
          {{{{"tokens", 0}, {"width", 3}}, {}, "Embedding: tokens must be at least 1, got 0"},
           {{{"tokens", 5}, {"width", 3}},
            {integers_of({1, 5}, {2})},
            "embedding: index 5 is out of range for a dimension of size 5 (in Embedding)"},
           {{{"tokens", 5}, {"width", 3}},
            {any({2})},
            "embedding: indices must be i64, got f32 [2]; write .to(DType::i64) (in Embedding)"}},
      .aliases = {{"num_embeddings", "tokens"}, {"embedding_dim", "width"}}};
}

}  // namespace

ModuleTable embedding_modules() {
  return {embedding_row()};
}

}  // namespace heed::testing

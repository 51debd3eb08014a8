#include "heed/examples/cli/inspect/rows_json.h"

namespace heed {

JsonValue rows_json(const float* first, int64_t rows, int64_t columns) {
  std::vector<JsonValue> json;
  for (; rows > 0; --rows, first += columns) {
    json.emplace_back(std::vector<float>(first, first + columns));
  }
  return json;
}

}  // namespace heed

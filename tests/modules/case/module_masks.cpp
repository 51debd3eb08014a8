#include "heed/tests/modules/case/module_masks.h"

#include <algorithm>

#include "heed/framework/ops/cast.h"
#include "heed/tests/support/case/tensor_json.h"

namespace heed::testing {
namespace {

std::string text_at(const Json& mask, const char* key, const char* fallback) {
  const Json value = mask.value(key, Json(fallback));
  if (!value.is_string()) throw RequestError(text_of("\"", key, "\" of a mask must be a string"));
  return value.get<std::string>();
}

void check_mask_keys(const Json& mask) {
  if (!mask.is_object()) throw RequestError("a mask must be an object");
  for (const auto& [key, value] : mask.items()) {
    const bool known = key == "type" || key == "mask" || key == "on" || key == "width" ||
                       key == "window" || key == "alignment";
    if (!known) throw RequestError("unknown key \"" + key + "\" in a mask");
  }
}

Alignment alignment_of(const Json& mask) {
  const std::string name = text_at(mask, "alignment", "top_left");
  if (name == "top_left") return Alignment::top_left;
  if (name == "bottom_right") return Alignment::bottom_right;
  throw RequestError("\"alignment\" must be \"top_left\" or \"bottom_right\", not \"" + name +
                     "\"");
}

int64_t width_of(const Json& mask) {
  const char* key = mask.contains("width") ? "width" : "window";
  if (!mask.contains(key)) throw RequestError("a mask of type \"window\" needs its \"width\"");
  return integer_from_json(mask[key], text_of("\"", key, "\" of a mask"));
}

Mask mask_from_json(const Json& json, DType dtype) {
  check_mask_keys(json);
  const std::string type = text_at(json, "type", "");
  if (type == "causal") return Mask::causal(alignment_of(json));
  if (type == "window") return Mask::window(width_of(json), alignment_of(json));
  const bool known = type == "keep" || type == "block" || type == "additive" || type == "lengths";
  if (!known) {
    throw RequestError(
        "\"type\" of a mask must be one of \"keep\", \"block\", \"additive\", "
        "\"lengths\", \"causal\", \"window\", not \"" +
        type + "\"");
  }
  const Tensor tensor = tensor_from_json(json.value("mask", Json()), "mask");
  if (!tensor.defined()) throw RequestError("a mask of type \"" + type + "\" needs its \"mask\"");
  if (type == "keep") return Mask::keep(tensor);
  if (type == "block") return Mask::block(tensor);
  if (type == "lengths") return Mask::lengths(tensor);
  return Mask::additive(is_floating(tensor.dtype()) ? tensor.to(dtype) : tensor);
}

}  // namespace

ModuleMasks masks_from_json(const Json& masks, const std::vector<std::string>& places,
                            DType dtype) {
  if (!masks.is_array()) throw RequestError("\"masks\" must be a list");
  ModuleMasks all;
  for (const Json& one : masks) {
    const Mask mask = mask_from_json(one, dtype);
    const std::string place = text_at(one, "on", "self");
    if (std::find(places.begin(), places.end(), place) == places.end()) {
      std::string known;
      for (const std::string& each : places) known += (known.empty() ? "\"" : ", \"") + each + "\"";
      throw RequestError("\"on\" of a mask must be one of " + known + ", not \"" + place + "\"");
    }
    Mask& target = place == "self" ? all.self : place == "cross" ? all.cross : all.source;
    target = target & mask;
  }
  return all;
}

}  // namespace heed::testing

#include "heed/tests/support/case/tensor_json.h"

#include <cmath>
#include <cstdio>
#include <set>

#include "heed/framework/base/error.h"

namespace heed::testing {
namespace {

const Json& member(const Json& json, const char* key, const std::string& what) {
  const auto found = json.find(key);
  if (found == json.end()) throw RequestError(what + ": a tensor needs \"" + key + "\"");
  return *found;
}

Shape shape_from_json(const Json& json, const std::string& what) {
  if (!json.is_array()) throw RequestError(what + ": \"shape\" must be a list of sizes");
  if (json.size() > static_cast<size_t>(max_rank)) {
    throw RequestError(what + ": a tensor has at most 8 dimensions, got " +
                       std::to_string(json.size()));
  }
  Shape shape;
  for (const Json& size : json) {
    shape.push_back(integer_from_json(size, what + ": a size in \"shape\""));
  }
  return shape;
}

template <class T>
T element_from_json(const Json& json, const std::string& what) {
  if constexpr (std::is_same_v<T, bool>) {
    if (json.is_boolean()) return json.get<bool>();
    if (json == 0 || json == 1) return json == 1;
    throw RequestError(what + ": an element of a bool tensor must be true or false");
  } else if constexpr (std::is_integral_v<T>) {
    return integer_from_json(json, what + ": an element of an i64 tensor");
  } else {
    const double value = number_from_json(json, what + ": an element of a float tensor");
    const auto element = static_cast<T>(value);
    if (std::isinf(element) && !std::isinf(value)) {
      throw RequestError(what + ": an element is out of the range of f32");
    }
    return element;
  }
}

template <class T>
void append_element(std::string& text, T value) {
  if constexpr (std::is_same_v<T, bool>) {
    text += value ? "true" : "false";
  } else if constexpr (std::is_integral_v<T>) {
    text += std::to_string(value);
  } else if (std::isnan(value)) {
    text += "\"NaN\"";
  } else if (std::isinf(value)) {
    text += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  } else {
    char buffer[40];
    const int digits = std::is_same_v<T, float> ? 9 : 17;
    const int size =
        std::snprintf(buffer, sizeof buffer, "%.*g", digits, static_cast<double>(value));
    const std::string_view number(buffer, static_cast<size_t>(size));
    text += number;
    // Many readers take -0 for an integer and lose its sign.
    if (number.find_first_of(".e") == std::string_view::npos) text += ".0";
  }
}

/// Refuses what nlohmann::json lets pass: deep nesting and repeated keys.
class Guard {
 public:
  bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
    using Event = Json::parse_event_t;
    if (event == Event::object_start || event == Event::array_start) {
      if (depth >= max_json_depth) {
        throw RequestError("invalid JSON: nested deeper than " + std::to_string(max_json_depth));
      }
      keys_.emplace_back();
    } else if (event == Event::object_end || event == Event::array_end) {
      keys_.pop_back();
    } else if (event == Event::key && !keys_.back().insert(parsed.get<std::string>()).second) {
      throw RequestError("invalid JSON: key \"" + parsed.get<std::string>() + "\" appears twice");
    }
    return true;
  }

 private:
  std::vector<std::set<std::string>> keys_;
};

}  // namespace

DType dtype_from_name(const std::string& name) {
  for (const DType dtype : {DType::f32, DType::f64, DType::i64, DType::boolean}) {
    if (name == heed::name_of(dtype)) return dtype;
  }
  throw RequestError("dtype must be \"f32\", \"f64\", \"i64\" or \"bool\", not \"" + name + "\"");
}

Tensor tensor_from_json(const Json& json, const std::string& what) {
  if (json.is_null()) return Tensor();
  if (!json.is_object()) throw RequestError(what + " must be a tensor or null");
  for (const auto& [key, value] : json.items()) {
    if (key != "dtype" && key != "shape" && key != "data") {
      throw RequestError(what + ": a tensor has no \"" + key + "\"");
    }
  }
  const Json& dtype_name = member(json, "dtype", what);
  if (!dtype_name.is_string()) throw RequestError(what + ": \"dtype\" must be a string");
  const DType dtype = dtype_from_name(dtype_name.get<std::string>());
  const Shape shape = shape_from_json(member(json, "shape", what), what);
  const Json& data = member(json, "data", what);
  if (!data.is_array()) throw RequestError(what + ": \"data\" must be a flat list");
  const int64_t numel = numel_of(shape);
  if (data.size() != static_cast<size_t>(numel)) {
    throw RequestError(text_of(what, ": \"data\" has ", data.size(), " elements, shape ", shape,
                               " needs ", numel));
  }
  Tensor tensor = Tensor::empty(shape, dtype);
  visit(dtype, [&]<class T>() {
    T* to = tensor.mutable_data<T>();
    for (const Json& element : data) *to++ = element_from_json<T>(element, what);
  });
  return tensor;
}

std::string to_json_text(const Tensor& tensor) {
  if (!tensor.defined()) return "null";
  if (tensor.numel() > max_elements) {
    throw RequestError("a tensor of " + std::to_string(tensor.numel()) + " elements, at most " +
                       std::to_string(max_elements) + " are written");
  }
  std::string text =
      std::string("{\"dtype\":\"") + heed::name_of(tensor.dtype()) + "\",\"shape\":[";
  for (int64_t d = 0; d < tensor.dim(); ++d) {
    if (d > 0) text += ',';
    text += std::to_string(tensor.shape()[d]);
  }
  text += "],\"data\":[";
  visit(tensor.dtype(), [&]<class T>() {
    bool first = true;
    for (const T element : tensor.to_vector<T>()) {
      if (!first) text += ',';
      first = false;
      append_element(text, element);
    }
  });
  return text + "]}";
}

std::string to_json_text(const std::vector<Tensor>& tensors) {
  std::string text = "[";
  for (const Tensor& tensor : tensors) {
    if (text.size() > 1) text += ',';
    text += to_json_text(tensor);
  }
  return text + "]";
}

Json parse_json(std::string_view text) {
  if (text.size() > max_json_bytes) {
    throw RequestError("invalid JSON: " + std::to_string(text.size()) + " bytes, at most " +
                       std::to_string(max_json_bytes) + " are read");
  }
  Guard guard;
  try {
    return Json::parse(text, [&guard](int depth, Json::parse_event_t event, Json& parsed) {
      return guard(depth, event, parsed);
    });
  } catch (const Json::exception& error) {
    throw RequestError(std::string("invalid JSON: ") + error.what());
  }
}

}  // namespace heed::testing

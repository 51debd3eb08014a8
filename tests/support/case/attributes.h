// Attributes of an op: the named options beside its tensors, as JSON spells them.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "heed/framework/tensor/dtype.h"
#include "heed/framework/tensor/shape.h"

namespace heed::testing {

using Json = nlohmann::json;  ///< attributes, arguments, masks

/// A request that cannot be understood; the message says why.
class RequestError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What an attribute may be.
enum class AttributeType {
  integer,              ///< int64_t
  number,               ///< double
  flag,                 ///< bool
  text,                 ///< std::string
  integers,             ///< a list of int64_t
  numbers,              ///< a list of double
  integer_or_integers,  ///< int64_t or a list of it
};

/// What an op says about one of its attributes.
struct Attribute {
  std::string name;                   ///< as requests spell it
  AttributeType type;                 ///< another one is refused
  std::optional<Json> fallback = {};  ///< its default, null meaning "left out"; none: required
};

/// One attribute, without or with a default: `integer("dim")`, `flag("keepdim", false)`.
Attribute integer(std::string name, std::optional<Json> fallback = {});
Attribute number(std::string name, std::optional<Json> fallback = {});
Attribute flag(std::string name, std::optional<Json> fallback = {});
Attribute text(std::string name, std::optional<Json> fallback = {});
Attribute integers(std::string name, std::optional<Json> fallback = {});
Attribute numbers(std::string name, std::optional<Json> fallback = {});
Attribute integer_or_integers(std::string name, std::optional<Json> fallback = {});
/// The default of an attribute that may be left out.
inline const std::optional<Json> left_out = Json(nullptr);

/// "int", "float", "bool", "str", "int[]", "float[]" or "int or int[]", as the list of ops shows
/// it.
const char* name_of(AttributeType type);

/// A JSON number, or one of the strings "NaN", "Infinity", "-Infinity".
double number_from_json(const Json& json, const std::string& what);
/// A JSON integer in the range of int64_t.
int64_t integer_from_json(const Json& json, const std::string& what);

/// Attributes that were checked against what the op takes, with defaults filled in.
class Attributes {
 public:
  Attributes() = default;
  /// `request` is an object, or null for none. Throws RequestError: unknown attribute, missing one,
  /// wrong type.
  Attributes(const std::vector<Attribute>& declared, const Json& request);

  /// Whether it was given or has a default. This and what follows throws Json::out_of_range for a
  /// name that was not declared.
  bool has(const std::string& name) const { return !values_.at(name).is_null(); }
  /// Whether it is a list.
  bool is_list(const std::string& name) const { return values_.at(name).is_array(); }
  int64_t integer(const std::string& name) const;   ///< its value
  double number(const std::string& name) const;     ///< its value
  bool flag(const std::string& name) const;         ///< its value
  std::string text(const std::string& name) const;  ///< its value
  /// A list, or one number as a list; empty if it was left out.
  std::vector<int64_t> integers(const std::string& name) const;
  /// A list of exactly `count` numbers.
  std::vector<double> numbers(const std::string& name, size_t count) const;
  /// Nothing if it was left out.
  std::optional<int64_t> maybe_integer(const std::string& name) const;
  /// The same list as the engine takes it.
  Shape shape(const std::string& name) const;
  /// The same list as dimensions.
  IntList dims(const std::string& name) const { return shape(name); }

 private:
  Json values_ = Json::object();
};

}  // namespace heed::testing

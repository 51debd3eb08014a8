#include "heed/tests/support/module_options.h"

#include <utility>

namespace heed::testing {
namespace {

template <class Option>
Option choose(const Attributes& with, const std::string& name,
              std::initializer_list<std::pair<const char*, Option>> options) {
  const std::string given = with.text(name);
  std::string known;
  for (const auto& [text, option] : options) {
    if (given == text) return option;
    known += std::string(known.empty() ? "\"" : ", \"") + text + "\"";
  }
  throw RequestError("attribute \"" + name + "\" must be one of " + known + ", not \"" + given +
                     "\"");
}

}  // namespace

Bias bias_of(const Attributes& with, const std::string& name) {
  return with.flag(name) ? Bias::learned : Bias::none;
}

Activation activation_of(const Attributes& with, const std::string& name) {
  return choose<Activation>(
      with, name,
      {{"relu", Activation::relu}, {"gelu", Activation::gelu}, {"silu", Activation::silu}});
}

NormPlacement norm_of(const Attributes& with, const std::string& name) {
  return choose<NormPlacement>(with, name,
                               {{"pre", NormPlacement::pre}, {"post", NormPlacement::post}});
}

}  // namespace heed::testing

// KeyError: a value that is valid alone but conflicts with other keys.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "heed/examples/cli/config/config_error.h"
#include "heed/framework/base/error.h"

namespace heed {

/// Names the key that should change by its full path; the message reads on after it.
class KeyError : public Error {
 public:
  /// `path` is the key's; the parts are joined as text.
  template <class... Parts>
  explicit KeyError(std::string path, const Parts&... parts)
      : Error(path + ": " + text_of(parts...)), path_(std::move(path)) {}

  /// Of the key, from the top: "model.attention.heads".
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// What a configuration was read from.
struct ConfigOrigin {
  std::string file;               ///< its name
  std::string text;               ///< what was read from it; empty: it has no positions
  std::vector<std::string> sets;  ///< the overrides
};

/// Where a key got its value, for messages: the override that set it, or the position in the file
/// of the key or of the innermost section around it that is there.
std::string place_of_key(const std::string& path, const ConfigOrigin& origin);

/// What `make` gives. A KeyError of it, or another Error, becomes a ConfigError that says where the
/// key got its value.
template <class Make>
auto made_from(const ConfigOrigin& origin, const Make& make) {
  try {
    return make();
  } catch (const ConfigError&) {
    throw;
  } catch (const KeyError& error) {
    refuse(place_of_key(error.path(), origin), error.what());
  } catch (const Error& error) {
    refuse(origin.file, error.what());
  }
}

}  // namespace heed

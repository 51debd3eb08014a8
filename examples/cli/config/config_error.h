// ConfigError: everything that is wrong with a configuration, reported together.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "heed/framework/base/error.h"

namespace heed {

/// One fault: where ("configs/copy.json:7:5" or "--set train.lr=x") and what.
struct ConfigFault {
  /// FILE:LINE:COLUMN, or the option
  std::string place;
  std::string message;  ///< the key, the rule broken, the value, and what to try

  /// `PLACE: error: MESSAGE`
  std::string text() const { return place + ": error: " + message; }
};

/// Thrown for bad input; what() holds one line per fault.
class ConfigError : public Error {
 public:
  /// What() has all of them, in this order.
  explicit ConfigError(std::vector<ConfigFault> faults)
      : Error(joined(faults)), faults_(std::move(faults)) {}

  /// In the order of the file.
  const std::vector<ConfigFault>& faults() const { return faults_; }

 private:
  static std::string joined(const std::vector<ConfigFault>& faults) {
    std::string text;
    for (const ConfigFault& fault : faults) {
      if (!text.empty()) text += '\n';
      text += fault.text();
    }
    return text;
  }

  std::vector<ConfigFault> faults_;
};

/// Throws a ConfigError of one fault.
[[noreturn]] inline void refuse(const std::string& place, const std::string& message) {
  throw ConfigError({ConfigFault{place, message}});
}

}  // namespace heed

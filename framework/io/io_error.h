// IoError: a file that cannot be read or written, or breaks the rules of its format.
#pragma once

#include "heed/framework/base/error.h"

namespace heed {

/// Names the file, the rule and the values.
struct IoError : TextError<IoError> {
  using TextError::TextError;
};

}  // namespace heed

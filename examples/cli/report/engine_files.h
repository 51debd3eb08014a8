// The engine of a page: heed as a WebAssembly module, which `./heed page` builds and an installed
// heed brings along.
#pragma once

#include <string>

namespace heed {

struct EngineFiles {
  std::string script;  ///< JavaScript of the worker that runs it
  std::string wasm;    ///< the module, compressed by gzip, in base64
};

/// From the folder that has heed_engine.js and heed_engine.wasm.gz; "": where the build or the
/// installation puts them. Throws ConfigError if they are not there.
EngineFiles read_engine(const std::string& folder = "");

}  // namespace heed

#include "heed/examples/cli/report/engine_files.h"

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/program_name.h"
#include "heed/examples/cli/report/html.h"
#include "heed/examples/cli/report/page_sources.h"
#include "heed/framework/io/folder.h"
#include "heed/framework/io/read_file.h"

namespace heed {
namespace {

constexpr const char* script_name = "heed_engine.js";
constexpr const char* module_name = "heed_engine.wasm.gz";
constexpr size_t most_engine_bytes = size_t{64} << 20;

/// Beside the program in its build, beside one that is installed, where heed was installed, for a
/// program of one's own, and where Debian's package puts it; the first if it is nowhere.
std::string engine_folder() {
  const auto above = running_program().parent_path().parent_path();
  const std::string folders[] = {(above.parent_path() / "page/bin").string(),
                                 (above / "share/heed/engine").string(),
                                 HEED_INSTALLED_ENGINE_FOLDER, "/usr/share/heed/engine"};
  for (const std::string& folder : folders) {
    if (is_file(folder + "/" + script_name)) return folder;
  }
  return folders[0];
}

}  // namespace

EngineFiles read_engine(const std::string& folder) {
  const std::string path = folder.empty() ? engine_folder() : folder;
  for (const char* name : {script_name, module_name}) {
    if (is_file(path + "/" + name)) continue;
    refuse("the engine of pages", path + " has no " + name +
                                      "; `./heed page` in heed's sources builds it, --engine DIR "
                                      "says where it is");
  }
  const auto read = [&](const char* name) {
    return read_file(path + "/" + name, most_engine_bytes, Links::follow);
  };
  return {read(script_name) + std::string(worker_script().text), base64(read(module_name))};
}

}  // namespace heed

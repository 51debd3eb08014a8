// `heed page`: the playground, a page in which heed trains attention.
#include "heed/examples/cli/commands/line/command.h"
#include "heed/examples/cli/playground/playground_page.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/framework/io/output_file.h"

namespace heed {
namespace {

struct PageArguments {
  std::string out = "playground.html";
  std::string engine;
};

Options page_options(PageArguments& arguments) {
  return {Option::value("--out", &arguments.out, "FILE", "where to write; default playground.html"),
          Option::value("--engine", &arguments.engine, "DIR",
                        "the folder of heed_engine.js and heed_engine.wasm.gz; by default that of "
                        "the build or the installation")};
}

void run_page(const Program& program, const PageArguments& arguments) {
  replace_file(arguments.out, playground_html(program.registry, read_engine(arguments.engine)));
  write_result(arguments.out + "\n");
}

}  // namespace

Command page_command() {
  return {
      .name = "page",
      .stage = Stage::use,
      .summary = "write a page that trains attention in a browser",
      .description =
          "Writes one HTML file with heed in it as WebAssembly: a playground in which tasks, "
          "models and heads can be tried, with lessons. It needs no network and no server: open "
          "the file, or put it on any web server. `./heed page` in heed's sources installs "
          "the compiler for WebAssembly and builds the engine first. See docs/page.md.",
      .examples = {{"heed page", "writes playground.html"},
                   {"heed page --out public/index.html", "somewhere else"}},
      .call = calling(page_options, run_page)};
}

}  // namespace heed

#!/usr/bin/env python3
"""Checks over #include lines who may include whom.

base -> tensor -> kernels -> autograd -> ops -> {nn, optim, io} -> modules -> examples: each layer
includes itself and layers to its left. So does each folder of the program in examples/cli, in the
order of PROGRAM. Tests and benchmarks may use anything; nothing else uses them. Libraries stay
where DESIGN puts them.
"""

import re
import sys

import lint

FRAMEWORK = ["base", "tensor", "kernels", "autograd", "ops"]
ABOVE_OPS = ["nn", "optim", "io"]
PROGRAM = ["config", "statistics", "figures", "ranks", "tasks", "model", "training", "runs",
           "inspect", "snapshots", "page", "report", "playground", "plots", "sweep",
           "commands", "program"]
MODULES = len(FRAMEWORK) + 1
EXAMPLES = MODULES + 1 + len(PROGRAM)
ANYTHING = EXAMPLES + 1

# Exceptions. The methods of Tensor that are declared in tensor.h and defined in autograd/ and ops/
# need no include; an upward link that does goes here as (includer, included).
UPWARD_LINKS = set()
# Layers side by side of which the first may include the second: optimizers take a module's
# parameters.
SIDE_LINKS = {("optim", "nn")}

# Public headers that CMake puts into the folder heed itself.
TOP_HEADERS = {"heed.h": "framework/heed.h", "testing.h": "tests/support/testing.h"}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)

# Library: what its headers look like, and which files may include them.
LIBRARIES = [
    ("OpenBLAS", r"(openblas[-\w]*/)?(cblas|lapacke|f77blas)\.h$",
     r"framework/kernels/gemm/blas\.cpp$"),
    ("Highway", r"hwy/", r"framework/kernels/(simd/|gemm/|attention/)?[^/]+(\.cpp|-inl\.h)$"),
    ("nlohmann/json", r"nlohmann/",
     r"framework/io/|examples/cli/config/json\.cpp$|tests/|benchmarks/"),
    ("fmt", r"fmt/", r".*\.cpp$"),
    ("zlib", r"zlib\.h$", r"framework/io/zlib\.cpp$|tests/"),
    ("dlopen", r"dlfcn\.h$", r"examples/cli/(figures/png|ranks/mpi_team)\.cpp$|tests/"),
    ("MPI", r"mpi\.h$", r"examples/mpi/"),
    ("CLI11", r"CLI/", r"examples/cli/commands/line/command_line\.cpp$"),
]


def layer_of(path):
    """(height, name) of the layer a path belongs to; None for what is in no layer."""
    parts = path.split("/")
    if path == "framework/heed.h":
        return MODULES - 1, "heed.h"  # everything of the engine; below modules
    if parts[0] == "framework" and len(parts) > 2:
        if parts[1] in FRAMEWORK:
            return FRAMEWORK.index(parts[1]), parts[1]
        if parts[1] in ABOVE_OPS:
            return len(FRAMEWORK), parts[1]
        return None
    if parts[0] == "modules":
        return MODULES, "modules"
    if parts[:2] == ["examples", "cli"]:
        folder = parts[2] if len(parts) > 3 else "program"
        return (MODULES + 1 + PROGRAM.index(folder), folder) if folder in PROGRAM else None
    if parts[0] == "examples":
        return EXAMPLES, "examples"
    if parts[0] in ("tests", "benchmarks"):
        return ANYTHING, parts[0]
    return None


def included_path(kind, name, path):
    """The project path that an include names; None for a library's."""
    if name.startswith("heed/"):
        inside = name[len("heed/"):]
        return TOP_HEADERS.get(inside, inside)
    if kind == '"':
        return path.rsplit("/", 1)[0] + "/" + name if "/" in path else name
    return None


def check_layers(path, inside):
    own, other = layer_of(path), layer_of(inside)
    if own is None:
        is_sorted = path.startswith(("framework/", "examples/cli/"))
        return f"{path} is in no layer" if is_sorted else None
    if other is None:
        return f"includes {inside}, which is in no layer"
    if own[0] == ANYTHING or (path, inside) in UPWARD_LINKS:
        return None
    if other[0] == ANYTHING:
        return f"includes {inside}; nothing outside tests and benchmarks may"
    if other[0] > own[0]:
        return f"includes {inside}; {other[1]} stands above {own[1]}"
    aside = other[0] == own[0] and other[1] != own[1] and "heed.h" not in (own[1], other[1])
    if aside and (own[1], other[1]) not in SIDE_LINKS:
        return f"includes {inside}; {other[1]} and {own[1]} stand side by side"
    if own[1] in FRAMEWORK + ABOVE_OPS and other[1] == "heed.h":
        return f"includes {inside}; the engine includes single headers"
    return None


def check(path, text):
    """Findings (line, message) of one file."""
    findings = []
    code = lint.code_only(text)
    for match in INCLUDE.finditer(code):
        kind, name = match.groups()
        line = lint.line_of(code, match.start(1))
        inside = included_path(kind, name, path)
        if inside is not None and not name.startswith("heed/"):
            if path.startswith(("framework/", "modules/")):
                findings.append((line, f'includes "{name}"; write "heed/{inside}"'))
            else:
                inside = None  # beside it
        if inside is not None:
            message = check_layers(path, inside)
            if message:
                findings.append((line, message))
        for library, header, allowed in LIBRARIES:
            if re.match(header, name) and not re.match(allowed, path):
                findings.append((line, f"includes <{name}>; {library} is for {allowed} only"))
    return findings


def include(name):
    return f'#include "heed/{name}"\n'


BAD = [
    ("framework/base/a.h", include("framework/tensor/tensor.h"), "tensor stands above base"),
    ("framework/tensor/a.cpp", include("framework/ops/view.h"), "ops stands above tensor"),
    ("framework/kernels/a.cpp", include("framework/autograd/node.h"), "autograd stands above"),
    ("framework/autograd/a.cpp", include("framework/ops/view.h"), "ops stands above autograd"),
    ("framework/ops/a.cpp", include("framework/nn/module.h"), "nn stands above ops"),
    ("framework/nn/a.cpp", include("framework/optim/sgd.h"), "optim and nn stand"),
    ("framework/optim/a.cpp", include("framework/io/f.h"), "io and optim stand"),
    ("framework/io/a.cpp", include("framework/optim/sgd.h"), "optim and io stand"),
    ("framework/nn/a.cpp", include("modules/linear.h"), "modules stands above nn"),
    ("framework/ops/a.cpp", include("framework/heed.h"), "heed.h stands above ops"),
    ("framework/nn/a.cpp", include("heed.h"), "the engine includes single headers"),
    ("framework/heed.h", include("modules/linear.h"), "modules stands above heed.h"),
    ("modules/linear.cpp", include("examples/cli/program.h"), "program stands above modules"),
    ("examples/cli/config/a.cpp", include("examples/cli/tasks/a.h"), "tasks stands above config"),
    ("examples/cli/runs/a.cpp", include("examples/cli/inspect/b/c.h"), "inspect stands above runs"),
    ("examples/cli/inspect/b/a.cpp", include("examples/cli/program.h"), "program stands above"),
    ("examples/cli/misc/a.cpp", include("framework/base/error.h"), "is in no layer"),
    ("modules/linear.cpp", include("tests/support/catch.h"), "nothing outside tests"),
    ("modules/linear.cpp", include("testing.h"), "nothing outside tests"),
    ("examples/cli/main.cpp", include("benchmarks/timer.h"), "nothing outside tests"),
    ("framework/misc/a.cpp", include("framework/base/error.h"), "is in no layer"),
    ("framework/ops/a.cpp", include("framework/misc/a.h"), "which is in no layer"),
    ("framework/ops/a.cpp", '#include "view.h"\n', 'write "heed/framework/ops/view.h"'),
    ("framework/ops/a.cpp", '  #  include  "heed/framework/nn/module.h" // y\n', "nn stands"),
    ("framework/kernels/copy.cpp", "#include <cblas.h>\n", "OpenBLAS"),
    ("tests/a_test.cpp", "#include <openblas/cblas.h>\n", "OpenBLAS"),
    ("framework/kernels/map.h", "#include <hwy/highway.h>\n", "Highway"),
    ("framework/ops/a.cpp", '#include "hwy/highway.h"\n', "Highway"),
    ("modules/linear.cpp", "#include <nlohmann/json.hpp>\n", "nlohmann/json"),
    ("examples/cli/runs/a.cpp", "#include <nlohmann/json.hpp>\n", "nlohmann/json"),
    ("framework/nn/a.h", "#include <fmt/format.h>\n", "fmt"),
    ("examples/cli/config/table.cpp", "#include <CLI/CLI.hpp>\n", "CLI11"),
    ("framework/io/a.cpp", "#include <CLI/CLI.hpp>\n", "CLI11"),
    ("framework/io/a.cpp", "#include <zlib.h>\n", "zlib"),
    ("framework/io/a.cpp", "#include <dlfcn.h>\n", "dlopen"),
]
GOOD = [
    ("framework/ops/a.cpp", include("framework/autograd/record.h") + "#include <vector>\n"),
    ("framework/nn/a.cpp", include("framework/nn/module.h") + include("framework/ops/view.h")),
    ("framework/optim/a.cpp", include("framework/nn/module.h")),
    ("modules/linear.cpp", include("framework/nn/module.h") + include("modules/dropout.h")),
    ("examples/a.cpp", include("heed.h") + include("modules/linear.h") + '#include "near.h"\n'),
    ("examples/cli/commands/line/a.cpp", include("examples/cli/runs/a.h") + include("heed.h")),
    ("examples/cli/main.cpp", include("examples/cli/program.h")),
    ("examples/own/main.cpp", include("examples/cli/program.h") + include("heed.h")),
    ("tests/a_test.cpp", include("examples/cli/program.h") + include("tests/support/catch.h")),
    ("tests/a_test.cpp", include("testing.h")),
    ("framework/kernels/gemm/blas.cpp", "#include <cblas.h>\n#include <hwy/highway.h>\n"),
    ("framework/ops/a.cpp", "// #include <cblas.h>\n/*\n#include <hwy/highway.h>\n*/\n"),
    ("framework/ops/a.cpp", "#include <fmt/format.h>\n"),
    ("examples/cli/commands/line/command_line.cpp", "#include <CLI/CLI.hpp>\n"),
    ("examples/cli/config/json.cpp", "#include <nlohmann/json.hpp>\n"),
    ("framework/io/zlib.cpp", "#include <zlib.h>\n"),
]


def main():
    if "--self-test" in sys.argv[1:]:
        return min(1, lint.self_test("layers", check, BAD, GOOD))
    count = 0
    for path in lint.project_files((".h", ".cpp")):
        for line, message in check(path, lint.read(path)):
            print(f"{path}:{line}: {message}")
            count += 1
    print(f"layers: {count} findings")
    return min(1, count)


if __name__ == "__main__":
    sys.exit(main())

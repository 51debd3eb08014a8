#!/usr/bin/env python3
"""Checks that files which are compiled as one have no name in common.

HEED_UNITY joins the files of a target. Two functions of one name in the anonymous namespaces of two
files would then be overloads of each other, and a call could silently take the other file's. Tests
share many names: each has a namespace of its own, called as its file.
"""

import re
import sys

import lint

# What is joined: the folders of each target, as CMake has them. Files that CMake leaves out of the
# joining are left out here.
TARGETS = {
    "program": r"examples/cli/(?!main\.cpp).*\.cpp$",
    "modules": r"modules/.*\.cpp$",
    "test_support": r"tests/(?:support|framework|modules)/(?!.*_test\.cpp).*\.cpp$",
    **{layer: rf"framework/{layer}/.*\.cpp$"
       for layer in ("base", "tensor", "kernels", "autograd", "ops", "nn", "optim", "io")},
}
TEST = re.compile(r"tests/(?:.*/)?(\w+_test)\.cpp$")
# Its own: an anonymous namespace, or that of the SIMD targets.
OWN = re.compile(r"^namespace (?:heed::kernels::HWY_NAMESPACE )?\{\n(.*?)"
                 r"^\}  // namespace(?: heed::kernels::HWY_NAMESPACE)?$", re.M | re.S)
FUNCTION = re.compile(r"^(?:template <.*>\n)?(?!return|using|struct|class|enum|namespace|#)"
                      r"[\w\[\]][\w:<>,&*\[\] ]*?[ &*](\w+)\([^;]*?\)[^;{}]*\{", re.M)


def target_of(path):
    return next((name for name, files in TARGETS.items() if re.match(files, path)), None)


def names_in(text):
    """(position, name) of each function of a file's own."""
    code = lint.code_only(text)
    for block in OWN.finditer(text):
        for match in FUNCTION.finditer(code[block.start(1):block.end(1)]):
            yield block.start(1) + match.start(1), match.group(1)


def is_in_namespace(text, name):
    start = r"(?:\s|#[^\n]*)*namespace " + name + r" \{\n"
    end = f"\n}}  // namespace {name}\n"
    return re.match(start, lint.code_only(text)) and text.endswith(end)


def test_findings(path, text, name, seen):
    first = seen.setdefault(name, path)
    if first != path:
        yield path, 1, f"{first} is called {name} too"
    namespace = f"heed::testing::{name}"
    if not is_in_namespace(text, namespace):
        yield path, 1, f"all but its includes belongs into namespace {namespace}"


def findings(files):
    """(path, line, message) over {path: text}."""
    seen = {}
    for path, text in files.items():
        if test := TEST.match(path):
            yield from test_findings(path, text, test.group(1), seen)
        target = target_of(path)
        for position, name in names_in(text) if target else ():
            first = seen.setdefault((target, name), path)
            if first != path:
                yield path, lint.line_of(text, position), f"{name} is a function of {first} too"


def self_test():
    one = ("namespace {\n\nvoid first() {\n}\n\nint size_of(int x) {\n  return x;\n}\n\n"
           "}  // namespace\n")
    other = one.replace("first", "second").replace("int x", "const std::string& x,\n    int y")
    kernel = one.replace("namespace", "namespace heed::kernels::HWY_NAMESPACE")
    cases = [({"framework/ops/a.cpp": one, "framework/ops/b.cpp": other}, 1),
             ({"examples/cli/a.cpp": one, "examples/cli/tasks/b.cpp": one}, 2),
             ({"framework/ops/a.cpp": one, "framework/nn/b.cpp": other}, 0),
             ({"framework/ops/a.cpp": one + other}, 0),
             ({"modules/attention/a.cpp": one, "modules/b.cpp": one}, 2),
             ({"framework/ops/a.cpp": one, "framework/ops/b.cpp": "int size_of(int x) {\n}\n"}, 0),
             ({f"framework/kernels/{file}.cpp": kernel for file in "ab"}, 2)]
    test = ("// What it is.\n#include <a.h>\n\nnamespace heed::testing::a_test {\n" + one +
            "}  // namespace heed::testing::a_test\n")
    cases += [({"tests/support/a.cpp": one, "tests/support/b.cpp": one}, 2),
              ({"tests/a_test.cpp": test,
                "tests/b/b_test.cpp": test.replace("a_test", "b_test")}, 0),
              ({"tests/a_test.cpp": test, "tests/b/a_test.cpp": test}, 1),
              ({"tests/b_test.cpp": test}, 1),
              ({"tests/a_test.cpp": test.replace("#include", "int one;\n#include")}, 1),
              ({"tests/a_test.cpp": test + "int more;\n"}, 1)]
    failures = sum(len(list(findings(files))) != count for files, count in cases)
    print(f"names: self-test: {len(cases)} cases, {failures} failures")
    return min(1, failures)


def main():
    if "--self-test" in sys.argv:
        return self_test()
    paths = [path for path in lint.project_files((".cpp",)) if target_of(path) or TEST.match(path)]
    found = list(findings({path: lint.read(path) for path in paths}))
    for path, line, message in found:
        print(f"{path}:{line}: {message}")
    print(f"names: {len(found)} findings")
    return min(1, len(found))


if __name__ == "__main__":
    sys.exit(main())

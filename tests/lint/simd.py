#!/usr/bin/env python3
"""Checks that every lambda in code compiled for each SIMD target has HWY_ATTR, and that vectors are
divided by quotient() of quotient-inl.h: hn::Div gives 0 for x / 0 on a target of Highway 1.1.

A lambda does not inherit the target of the function around it: without HWY_ATTR it compiles, but
for the oldest CPU, so vectors are passed through memory or the compiler fails to inline them.
"""

import re
import sys

import lint

PER_TARGET = re.compile(r"HWY_BEFORE_NAMESPACE\(\);(.*?)HWY_AFTER_NAMESPACE\(\);", re.S)
# Not an index, which follows a name or a bracket, nor a structured binding, nor an attribute.
LAMBDA = re.compile(r"(?<![\w)\]\[])(?<!auto )(?<!auto& )\[[^\[\]]*\]\s*(?:<[^<>]*>\s*)?(?=[({])")
MESSAGE = "a lambda of a SIMD target needs HWY_ATTR"
QUOTIENT = "framework/kernels/simd/quotient-inl.h"
DIV = re.compile(r"\bhn::Div\b")
DIV_MESSAGE = f"hn::Div is not IEEE 754's on every target: use quotient() of {QUOTIENT}"


def after_parameters(code, start):
    """The position behind the list of parameters that may begin at `start`."""
    depth = 0
    for position in range(start, len(code)):
        depth += {"(": 1, ")": -1}.get(code[position], 0)
        if depth == 0:
            return position + (code[position] == ")")
    return len(code)


def check(path, text):
    """Findings (line, message) of one file."""
    code = lint.code_only(text)
    findings = []
    for block in PER_TARGET.finditer(code):
        for match in LAMBDA.finditer(code, block.start(1), block.end(1)):
            if not re.match(r"\s*HWY_ATTR\b", code[after_parameters(code, match.end()):]):
                findings.append((lint.line_of(code, match.start()), MESSAGE))
    if path != QUOTIENT:
        findings += [(lint.line_of(code, match.start()), DIV_MESSAGE)
                     for match in DIV.finditer(code)]
    return findings


def per_target(code):
    return ("framework/kernels/a.cpp",
            f"HWY_BEFORE_NAMESPACE();\n{code}\nHWY_AFTER_NAMESPACE();\nauto f = [](int) {{}};\n")


BAD = [(*per_target(code), MESSAGE) for code in (
    "map(run, [](auto d, auto x) { return f(d, x); });",
    "const auto each = [&]<size_t... k>(std::index_sequence<k...>) { f(x[k]...); };",
    "use([&] { return 1; });",
    "use([x](int (*f)(int)) { return f(x); }, [](int) HWY_ATTR { return 1; });")]
BAD.append((*per_target("return hn::Div(a, b);"), DIV_MESSAGE))
GOOD = [per_target(code) for code in (
    "map(run, [f, x](auto d, auto y)\n    HWY_ATTR { return f(d, x, y); });",
    "const auto each = [&]<size_t... k>(std::index_sequence<k...>) HWY_ATTR { f(x[k]...); };",
    "const auto [a, b] = f(); x[i](y); sum[i][j] = T{}; T part[4] = {}; // [](int) {}")]
GOOD.append((QUOTIENT, "return hn::Div(a, b);  // of the target"))


def main():
    if "--self-test" in sys.argv:
        return min(1, lint.self_test("simd", check, BAD, GOOD))
    count = 0
    for path in lint.project_files((".h", ".cpp")):
        for line, message in check(path, lint.read(path)):
            print(f"{path}:{line}: {message}")
            count += 1
    print(f"simd: {count} findings")
    return min(1, count)


if __name__ == "__main__":
    sys.exit(main())

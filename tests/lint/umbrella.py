#!/usr/bin/env python3
"""Checks that framework/heed.h includes every public header of the framework, itself or through
another: a new header is in it, or in INTERNAL, where no user of the engine needs it."""

import re
import sys

import lint

UMBRELLA = "framework/heed.h"
INTERNAL = {
    "framework/autograd/differences.h",
    "framework/autograd/finite.h",
    "framework/autograd/frontier.h",
    "framework/base/available_memory.h",
    "framework/base/bits.h",
    "framework/base/cgroup.h",
    "framework/base/numbers.h",
    "framework/base/threads.h",
    "framework/io/checksum.h",
    "framework/io/crc32.h",
    "framework/io/folder.h",
    "framework/io/input_file.h",
    "framework/io/json_scanner.h",
    "framework/io/output_file.h",
    "framework/io/read_file.h",
    "framework/io/rename.h",
    "framework/io/safetensors_checksums.h",
    "framework/io/safetensors_dtype.h",
    "framework/ops/broadcast.h",
    "framework/ops/check.h",
    "framework/tensor/index.h",
    "framework/tensor/shapes_only.h",
}
INTERNAL_FOLDER = "framework/kernels/"
INCLUDE = re.compile(r'^#include "heed/(framework/[^"]+)"', re.M)


def included(headers):
    """The umbrella and all headers that it includes, itself or through others."""
    found, left = set(), [UMBRELLA]
    while left:
        path = left.pop()
        if path not in found:
            found.add(path)
            left += INCLUDE.findall(lint.code_only(headers.get(path, "")))
    return found


def check(path, headers):
    """Findings (line, message) about one header; `headers` are the texts of all by path."""
    is_included = path in included(headers)
    if path in INTERNAL and (is_included or path not in headers):
        why = f"{UMBRELLA} includes it" if is_included else "there is no such file"
        return [(1, f"take it out of INTERNAL in tests/lint/umbrella.py: {why}")]
    if is_included or path in INTERNAL or path.startswith(INTERNAL_FOLDER):
        return []
    return [(1, f"{UMBRELLA} does not include it; a header that no user of the engine needs is "
                "listed in INTERNAL in tests/lint/umbrella.py")]


def snippet(path, through=None, internal="framework/ops/check.h"):
    """(path, headers) where the umbrella includes `through`, which includes framework/ops/far.h."""
    headers = {UMBRELLA: f'#include "heed/{through}"\n' if through else "", internal: "", path: ""}
    if through:
        headers[through] = '#include "heed/framework/ops/far.h"\n'
    return path, headers


BAD = [
    (*snippet("framework/optim/new.h"), "framework/heed.h does not include it"),
    (*snippet("framework/optim/new.h", "framework/ops/near.h"), "framework/heed.h does not"),
    (*snippet("framework/ops/check.h", "framework/ops/check.h"), "framework/heed.h includes it"),
    ("framework/ops/check.h", {UMBRELLA: ""}, "there is no such file"),
]
GOOD = [
    snippet("framework/optim/new.h", "framework/optim/new.h"),
    snippet("framework/ops/far.h", "framework/ops/near.h"),
    snippet("framework/ops/check.h"),
    snippet("framework/kernels/new.h"),
]


def main():
    if "--self-test" in sys.argv[1:]:
        return min(1, lint.self_test("umbrella", check, BAD, GOOD))
    headers = {path: lint.read(path) for path in lint.project_files((".h",))
               if path.startswith("framework/") and not path.endswith("-inl.h")}
    count = 0
    for path in sorted(headers.keys() | INTERNAL):
        for line, message in check(path, headers):
            print(f"{path}:{line}: {message}")
            count += 1
    print(f"umbrella: {count} findings")
    return min(1, count)


if __name__ == "__main__":
    sys.exit(main())

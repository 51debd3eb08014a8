#!/usr/bin/env python3
"""Checks that pullbacks keep tensors only as `Saved`, and modules only as Parameter or Buffer.

A lambda inside the call of record() may not capture a Tensor by its bare name or by move, nor
everything by [=] or [&]: a bare handle knows no version and can own the graph in a cycle. Which
names are Tensors is read off the enclosing function: parameters and local variables.
"""

import re
import sys

import lint

CHECKED = ("framework/ops/", "framework/autograd/", "modules/")
TENSOR_NAME = re.compile(
    r"\b(?:std::vector<Tensor>|std::span<const Tensor>|(?:Tensor|Pair|Gradients|Normalized)\b)"
    r"\s*[&*]*\s+[&*]*(\w+)\s*(?=[,;=){(:])")
STRUCTURED = re.compile(r"\bauto\s*&*\s*\[([\w\s,]+)\]\s*=")
AUTO_TENSOR = re.compile(r"\bauto\s+(\w+)\s*=\s*(?:kernels::|record\(|Tensor\b)")
NUMERIC_PAIR = re.compile(r"from_chars|infer|try_emplace|equal_range|minmax")
RECORD = re.compile(r"\brecord\s*\(")
LAMBDA = re.compile(r"\[([^\[\]]*(?:\[[^\]]*\][^\[\]]*)*)\]\s*(?:<[^>]*>\s*)?(?:\(|\{|mutable)")
SAFE = re.compile(r"\bSaved\s*\(|\bstd::move\(saved|\.shape\(\)|\.dtype\(\)|\.strides\(\)|\.dim\(\)"
                  r"|\.numel\(\)|\.size\(|\.defined\(\)|\.requires_grad\(\)|\.offset\(\)|\.item\(\)"
                  r"|->shape\(\)|\.is_contiguous\(\)")
MEMBER = re.compile(r"^\s*(?:mutable\s+|const\s+|static\s+)*(?:std::\w+<\s*(?:const\s+)?)?"
                    r"(?:heed::)?Tensor\b[>\s&*]*(\w+)\s*(?:=[^;]*|\{[^;()]*\})?;", re.M)


def closing(code, start, pair):
    """Index behind the bracket that closes the one at `start`."""
    depth = 0
    for i in range(start, len(code)):
        if code[i] == pair[0]:
            depth += 1
        elif code[i] == pair[1]:
            depth -= 1
            if depth == 0:
                return i + 1
    return len(code)


def function_before(code, position):
    """The text from the head of the enclosing function to `position`."""
    head = re.compile(r"^(?!\s|#|//|\}|namespace|using|template)\S", re.M)
    heads = [m.start() for m in head.finditer(code) if m.start() < position]
    return code[heads[-1] if heads else 0:position]


def tensor_names(text):
    names = set(TENSOR_NAME.findall(text)) | set(AUTO_TENSOR.findall(text))
    for match in STRUCTURED.finditer(text):
        rest = text[match.end():text.find(";", match.end())]
        if not NUMERIC_PAIR.search(rest):
            names.update(name.strip() for name in match.group(1).split(","))
    return names


def split_captures(text):
    parts, depth, start = [], 0, 0
    for i, letter in enumerate(text):
        depth += (letter in "([{<") - (letter in ")]}>")
        if letter == "," and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    return [part.strip() for part in parts + [text[start:]] if part.strip()]


def check_capture(capture, names):
    if capture in ("=", "&", "this", "*this"):
        return f"a pullback captures [{capture}]; name what it needs, tensors as Saved(...)"
    name = re.match(r"&?\s*(\w+)", capture)
    if "=" in capture:
        value = capture.split("=", 1)[1]
        if SAFE.search(value):
            return None
        used = set(re.findall(r"(?<![\w.>])(\w+)\b(?!\s*(?:\(|::))", value)) & names
        if used or re.search(r"\bTensor\b|\.(clone|detach|contiguous|transpose|view)\(", value):
            return f"a pullback captures the tensor {capture}; write Saved(...)"
        return None
    if name and name.group(1) in names:
        return f"a pullback captures the tensor {name.group(1)}; write {name.group(1)} = Saved(...)"
    return None


def check(path, text):
    findings = []
    code = lint.code_only(text)
    if path.startswith(CHECKED):
        for match in RECORD.finditer(code):
            end = closing(code, match.end() - 1, "()")
            if re.match(r"\s*(?:;|\{|$)", code[end:end + 3]) and "[" not in code[match.start():end]:
                continue
            outer = tensor_names(function_before(code, match.start()))
            body = code[match.end():end]
            for capture_list in LAMBDA.finditer(body):
                before = body[:capture_list.start()].rstrip()
                if before and (before[-1].isalnum() or before[-1] in "_)]"):
                    continue  # an index, not a lambda
                names = outer | tensor_names(body[:capture_list.start()])
                for capture in split_captures(capture_list.group(1)):
                    message = check_capture(capture, names)
                    if message:
                        line = lint.line_of(code, match.end() + capture_list.start())
                        findings.append((line, message))
    if path.startswith("modules/"):
        findings += check_members(code)
    return findings


def check_members(code):
    """Raw Tensor members of classes; a function's local variables are not members."""
    findings = []
    for head in re.finditer(r"\b(class|struct)\s+(\w+)[^;{()]*\{", code):
        body = code[head.end():closing(code, head.end() - 1, "{}") - 1]
        flat = body
        while re.search(r"\{[^{}]*\}", flat):
            flat = re.sub(r"\{[^{}]*\}", lint.blank, flat)
        # Arguments on a line of their own, with a default, look like members.
        flat = re.sub(r"\((?:[^()]|\([^()]*\))*\)", lambda m: m.group(0).replace("\n", " "), flat)
        is_module = re.search(r":\s*(?:public\s+)?[\w:]*(?:Module|Layer)\b", head.group(0))
        for member in MEMBER.finditer(flat):
            if is_module or head.group(1) == "class":
                line = lint.line_of(code, head.end() + member.start(1))
                name = f"{head.group(2)}::{member.group(1)}"
                findings.append((line, f"{name} is a raw Tensor; make it a Parameter or a Buffer"))
    return findings


def op(capture, before=""):
    head = "Tensor f(const Tensor& x, const Tensor& w, int64_t dim) {\n" + before
    pullback = f"[{capture}](const Tensor& g) {{ return g; }}"
    return ("framework/ops/a.cpp",
            f'{head}  return record("f", kernels::f(x), {{{{x, {pullback}}}}});\n}}\n')


def single(pullback):
    return ("framework/ops/a.cpp", "Tensor f(const Tensor& x) {\n"
            f'  return record("f", kernels::f(x), x, {pullback});\n}}\n')


def joint(capture):
    pullback = f"[{capture}](const Tensor& g, const Wanted& wanted) {{ return Gradients(); }}"
    return ("framework/ops/a.cpp", "Tensor f(std::span<const Tensor> tensors) {\n"
            f'  return record("f", kernels::f(tensors), tensors, {pullback});\n}}\n')


def module(member, base=" : public Layer<M>"):
    forward = "  Tensor forward(const Tensor& x) const;\n"
    return ("modules/m.h", f"class M{base} {{\n public:\n{forward} private:\n  {member}\n}};\n")


BARE_TENSOR = "captures the tensor"
BAD = [
    (*op("x"), BARE_TENSOR), (*op("dim, w"), BARE_TENSOR), (*op("&x"), BARE_TENSOR),
    (*op("x = x"), BARE_TENSOR),
    (*op("kept = std::move(y)", "  Tensor y = kernels::g(x);\n"), BARE_TENSOR),
    (*op("y", "  const Tensor y = kernels::g(x);\n"), BARE_TENSOR),
    (*op("y", "  auto y = kernels::g(x);\n"), BARE_TENSOR),
    (*op("a", "  const auto [a, b] = broadcast(x, w);\n"), BARE_TENSOR),
    (*op("y = x.detach()"), BARE_TENSOR), (*op("y = x.transpose(0, 1)"), BARE_TENSOR),
    (*op("="), "captures [=]"), (*op("&"), "captures [&]"), (*op("=, dim"), "captures [=]"),
    (*op("this"), "captures [this]"),
    (*single("[x](const Tensor& g) { return g; }"), BARE_TENSOR), (*joint("tensors"), BARE_TENSOR),
    (*joint("all = std::vector<Tensor>(tensors.begin(), tensors.end())"), BARE_TENSOR),
    (*module("Tensor weight_;"), "M::weight_ is a raw Tensor"),
    (*module("mutable Tensor cache_ = Tensor();"), "M::cache_ is a raw Tensor"),
    (*module("std::vector<Tensor> many_;"), "M::many_ is a raw Tensor"),
    (*module("std::optional<Tensor> maybe_;"), "M::maybe_ is a raw Tensor"),
    (*module("heed::Tensor weight;", ""), "M::weight is a raw Tensor"),
]
GOOD = [
    op(""), op("dim"), op("x = Saved(x)"), op("x = Saved(x), w = Saved(w), dim"),
    single("[x = Saved(x)](const Tensor& g) { return g; }"),
    single("fused<kernels::f_backward, composed>(Saved(x))"),
    op("shape = x.shape()"), op("from = x.dtype(), dim"), joint("starts = std::move(starts), d"),
    op("sizes", "  const IntList sizes{1};\n"),
    op("kept = Saved(y)", "  const Tensor y = kernels::g(x);\n"),
    ("framework/ops/a.cpp", "Tensor f(const Tensor& x) {\n  const auto g = [&] { return x; };\n"
     '  return record("f", g(), {{x, [](const Tensor& h) { return h; }}});\n}\n'),
    module("Parameter weight_;"), module("Buffer mask_;"),
    module("Tensor f(int n,\n           const Tensor& mask = {});"),
    ("modules/m.h", "struct Output {\n  Tensor y;\n  Tensor weights;\n};\n"),
    ("modules/m.cpp", "Tensor M::forward(const Tensor& x) {\n  Tensor y = x;\n  return y;\n}\n"),
]


def main():
    if "--self-test" in sys.argv[1:]:
        return min(1, lint.self_test("captures", check, BAD, GOOD))
    count = 0
    for path in lint.project_files((".h", ".cpp")):
        for line, message in check(path, lint.read(path)):
            print(f"{path}:{line}: {message}")
            count += 1
    print(f"captures: {count} findings")
    return min(1, count)


if __name__ == "__main__":
    sys.exit(main())

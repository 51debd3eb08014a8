#!/usr/bin/env python3
"""Changes the sources of ops, autograd and kernels at random places: does a test notice?

    scripts/mutate_sources.py [--count 200] [--seed 1] [--jobs N] [--build build/alone]

A change swaps an operator (+ -, * /, < <=, == !=, && ||), a constant (0 1, 1 2, 0.5 0.25), a truth
value or an axis (-1 -2) in one place of one file, which is compiled and linked with the tests.
Left out are comments, messages, and lines that only say how work is cut into pieces: no result
depends on them. Prints every survivor with its line; each is to be killed by a new test or
explained in docs/mutants.md. Takes about a minute per three changes on two cores.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import re
import shlex
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ["framework/ops", "framework/autograd", "framework/kernels"]
LEFT_OUT = {"peak.cpp"}  # measures the processor
CUTTING = re.compile(r"grain|parallel|per_chunk|pieces|piece_size|inner_piece|rows_per_piece|lanes"
                     r"|columns_per_piece|static_assert|#include|namespace|template|supports\(")
SWAPS = [(r" \+ ", " - "), (r" - ", " + "), (r" \* ", " / "), (r" / ", " * "), (r" < ", " <= "),
         (r" <= ", " < "), (r" > ", " >= "), (r" >= ", " > "), (r" == ", " != "), (r" != ", " == "),
         (r" && ", " || "), (r" \|\| ", " && "), (r" \+= ", " -= "), (r"\btrue\b", "false"),
         (r"\bfalse\b", "true"), (r"(?<![\w.])0\.5\b", "0.25"), (r"(?<=[(, ])-1(?=[,);])", "-2"),
         (r"(?<=[(, ])-2(?=[,);])", "-1"), (r"(?<![\w.'])0(?![\w.'])", "1"),
         (r"(?<![\w.'-])1(?![\w.'])", "2"), (r"(?<![\w.'-])2(?![\w.'])", "3")]
# Cheap tests first; what outlives them meets the rows of its own ops, then every test.
FIRST = ["op_golden_test", "record_test", "backward_test", "leaf_test", "inplace_test",
         "splice_test", "hooks_test", "anomaly_test", "graph_test", "misuse_test",
         "checkpoint_test", "gradcheck_test", "leaf_gradcheck_test", "gemm_test", "reduce_test",
         "softmax_test", "function_semantics_test", "reduce_semantics_test",
         "order_semantics_test", "attention_semantics_test", "mask_semantics_test",
         "einsum_semantics_test", "optimizer_test", "clip_test", "my_mha_test"]
OP_FILES = ["op_table_values_test", "op_table_layout_test", "op_table_trust_test",
            "op_table_error_test"]
HANGS_AFTER = {True: 900, False: 120}  # seconds, for every test or for some


def hidden(line: str) -> list[tuple[int, int]]:
    """Spans of a line that are strings or a comment."""
    return [match.span() for match in re.finditer(r'"(?:\\.|[^"\\])*"|//.*', line)]


def changes_of(file: pathlib.Path) -> list[tuple[pathlib.Path, int, int, int, str]]:
    """(file, line number, begin, end, instead) of every place that can be changed."""
    found = []
    in_message = False
    for number, line in enumerate(file.read_text().split("\n")):
        in_message = in_message or "throw " in line
        if not in_message and not CUTTING.search(line):
            spans = hidden(line)
            for pattern, instead in SWAPS:
                for match in re.finditer(pattern, line):
                    if not any(begin <= match.start() < end for begin, end in spans):
                        found.append((file, number, *match.span(), instead))
        if in_message and ";" in line:
            in_message = False
    return found


def rows() -> set[str]:
    done = subprocess.run([BUILD / "bin" / "heed-eval"], input='{"list":"ops"}\n', text=True,
                          capture_output=True, check=True)
    answer = json.loads(done.stdout)
    listed = answer if isinstance(answer, list) else next(iter(answer.values()))
    return {op["name"] for op in listed}


def ops_near(file: pathlib.Path, known: set[str]) -> list[str]:
    """Rows of ops that the file defines, or that call a kernel which it defines."""
    defined = set(re.findall(r"^(?:Tensor|ValuesAndIndices|std::vector<Tensor>|void|\w+) (\w+)\(",
                             file.read_text(), re.M))
    near = defined & known
    if file.parent.name == "kernels":
        for source in (ROOT / "framework/ops").glob("*.cpp"):
            functions = re.split(r"^(?=\w[\w:<>]* \w+\()", source.read_text(), flags=re.M)
            for text in functions:
                name = re.match(r"\w[\w:<>]* (\w+)\(", text)
                if name and any(f"kernels::{kernel}(" in text for kernel in defined):
                    near.add(name.group(1))
    return sorted(near & known)


def failed_test(program: str, spec: str, ops: str) -> str:
    environment = dict(os.environ, HEED_THREADS="2")
    if ops:
        environment["HEED_OPS"] = ops
    try:
        done = subprocess.run([program, "--abort", "--filenames-as-tags", spec], env=environment,
                              capture_output=True, text=True, errors="replace",
                              timeout=HANGS_AFTER[spec.startswith("~")])
    except subprocess.TimeoutExpired:
        return "hangs"
    if done.returncode == 0:
        return ""
    header = re.search(r"^-{79}\n(.*?)\n-{79}$", done.stdout, re.S | re.M)
    return " ".join(header.group(1).split()) if header else "crash"


def tags(files: list[str]) -> str:
    return ",".join(f"[#{file}]" for file in files)


def judge(change, commands: dict, link: str, known: set[str]) -> tuple[str, str]:
    """("compiler" | "killed" | "SURVIVED", by what)."""
    file, number, begin, end, instead = change
    lines = file.read_text().split("\n")
    lines[number] = lines[number][:begin] + instead + lines[number][end:]
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / file.name
        source.write_text("\n".join(lines))
        target = f"{folder}/mutant.o"
        compile_command = commands[str(file)] + ["-w", "-o", target, "-c", str(source)]
        if subprocess.run(compile_command, capture_output=True, cwd=BUILD).returncode != 0:
            return "compiler", ""
        program = f"{folder}/tests"
        linked = subprocess.run(link.replace("MUTANT_OBJECT", target)
                                .replace("MUTANT_PROGRAM", program), shell=True, cwd=BUILD,
                                capture_output=True, text=True)
        if linked.returncode != 0:
            raise SystemExit(linked.stderr[-2000:])
        near = " ".join(ops_near(file, known))
        for spec, ops in [(tags(FIRST), ""), (tags(OP_FILES), near), ("~[program]~[.]", "")]:
            if spec == tags(OP_FILES) and not ops:
                continue
            if found := failed_test(program, spec, ops):
                return "killed", found
    return "SURVIVED", ""


def main() -> None:
    global BUILD
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/alone")
    options = parser.parse_args()
    BUILD = options.build.resolve()
    subprocess.run(["cmake", "-S", ROOT, "--preset", "release", "-B", BUILD, "-DHEED_UNITY=OFF"],
                   check=True, stdout=subprocess.DEVNULL)  # a command for each file
    subprocess.run(["cmake", "--build", BUILD, "--target", "heed_tests", "heed_eval"], check=True,
                   stdout=subprocess.DEVNULL)
    commands = {}
    for entry in json.loads((BUILD / "compile_commands.json").read_text()):
        words = shlex.split(entry["command"])
        kept = [word for i, word in enumerate(words)
                if word not in ("-c", "-o") and words[i - 1] not in ("-c", "-o")]
        commands.setdefault(entry["file"], [word for word in kept if not word.endswith("ccache")])
    link = subprocess.run(["ninja", "-t", "commands", "-s", "bin/heed_tests"], cwd=BUILD, text=True,
                          capture_output=True, check=True).stdout
    link = link.replace("-o bin/heed_tests", "-o MUTANT_PROGRAM MUTANT_OBJECT")
    known = rows()
    places = [change for folder in FOLDERS for file in sorted((ROOT / folder).glob("*.cpp"))
              if file.name not in LEFT_OUT for change in changes_of(file)]
    chosen = random.Random(options.seed).sample(places, min(options.count, len(places)))
    results = collections.Counter()
    print(f"{len(chosen)} of {len(places)} places", flush=True)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        verdicts = pool.map(lambda change: judge(change, commands, link, known), chosen)
        for (file, number, begin, end, instead), (verdict, by) in zip(chosen, verdicts):
            results[verdict] += 1
            line = file.read_text().split("\n")[number]
            print(f"{verdict:8} {file.relative_to(ROOT)}:{number + 1}: "
                  f"{line[:begin].strip()}⟦{line[begin:end]}→{instead}⟧{line[end:].strip()}"
                  f"{'  -- ' + by if by else ''}", flush=True)
    print(dict(results))


if __name__ == "__main__":
    main()

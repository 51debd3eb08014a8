"""The public headers, and copies of them in which doxygen finds the reference's structure.

Public is what a program may include: ROOTS, what these include, and so on, and ALONE; without the
kernels, which see no tensors, and files named `*-inl.h`.
"""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROOTS = [
    "framework/heed.h",
    "modules/modules.h",
    "examples/cli/program.h",               # a program of one's own
    "examples/cli/model/model.h",           # … with its own blocks,
    "examples/cli/runs/terminal.h",         # commands
    "examples/cli/tasks/sequence_tasks.h",  # and tasks,
    "tests/support/testing.h",              # which it tries
]
ALONE = [  # asking a trained model: what these include stays inside
    "examples/cli/inspect/answering.h",
    "examples/cli/runs/trained_model.h",
]
INCLUDE = re.compile(r'^#include "heed/([^"]+)"', re.M)
FRIEND_CLASS = re.compile(r"(?:template <[^;{}]*>\s*)?friend class \w+;")
DOC_COMMENT = re.compile(r"///.*")
LIST = re.compile(r"(?P<indent> +)(?P<type>(?:(?:static|const) )*[\w:]+(?:<[^;()]*>)?[*&]?) "
                  r"(?P<names>\w+(?:\{\})?(?:, \w+(?:\{\})?)+);(?:\s*///< (?P<behind>.*))?$")
KEY = re.compile(r"^  (?:Value|Optional|Chosen|ListOf)<[^;]*?(?P<help>(?:\.help\s*=\s*|groups\",)"
                 r'\s*(?:"(?:[^"\\]|\\.)*"\s*)+)[^;]*;', re.M)
NAMESPACE = re.compile(r"namespace heed(::(?!detail)\w+)? \{")
LAYER_ROW = re.compile(r"^\| `([\w/]+)` \| (.+?) \|", re.M)


def text_of(path):
    return (ROOT / path).read_text(encoding="utf-8")


def included_by(path):
    names = INCLUDE.findall(text_of(path))
    return ["framework/heed.h" if name == "heed.h" else name for name in names]


def is_internal(path):
    return path.startswith("framework/kernels/") or path.endswith("-inl.h")


def public_headers():
    """Paths relative to the root: what is included first comes first."""
    found = []

    def add(path):
        if path in seen or is_internal(path):
            return
        seen.add(path)
        for name in included_by(path):
            add(name)
        found.append(path)

    seen = set()
    for path in ROOTS:
        add(path)
    return found + [path for path in ALONE if path not in seen]


def private_includes(documents):
    """A fault for each header that a document or an example includes and that is not public."""
    public = set(public_headers()) | {"framework/heed.h"}
    files = [*documents, *(path.relative_to(ROOT).as_posix() for folder in ("", "own_module/")
                           for path in sorted((ROOT / "examples").glob(f"{folder}*.cpp")))]
    return [f"{file}: includes heed/{name}, which is not public: see scripts/docs/headers.py"
            for file in files for name in included_by(file)
            if name.startswith(("framework/", "modules/", "examples/"))
            and not is_internal(name) and name not in public]


def folder_of(path):
    return path.rpartition("/")[0]


def group_id(path):
    return re.sub(r"[\W_]", "-", path.removesuffix(".h"))


def layer_texts():
    """Folder: what it contains, as the table of the architecture says."""
    return dict(LAYER_ROW.findall(text_of("docs/architecture.md")))


def groups(headers):
    """The folders as groups of doxygen, in the order of the layers."""
    texts, lines = layer_texts(), []
    folders = []
    for header in headers:
        folder = folder_of(header)
        for depth in range(1, folder.count("/") + 2):
            part = "/".join(folder.split("/")[:depth])
            if part not in folders and part not in ("framework", "examples"):
                folders.append(part)
    for folder in folders:
        lines += ["/**", f" * @defgroup {group_id(folder)} {folder}", f" * {texts.get(folder, '')}"]
        if folder_of(folder) in folders:
            lines.append(f" * @ingroup {group_id(folder_of(folder))}")
        lines.append(" */")
    return "\n".join(lines) + "\n"


def leading_comment(lines):
    """The prose with which a header begins; code in it, three spaces in, becomes Markdown's."""
    text = []
    for line in lines:
        if not line.startswith("//"):
            break
        line = line[2:].removeprefix(" ")
        text.append("    " + line if line.startswith("  ") else line)
    return text


def with_families(lines):
    """Repeats the comment above a family of functions, which has no empty line or other comment
    between its members, for each of them, where doxygen sees it for the first alone."""
    out, comment, first, complete = [], [], False, True
    for line in lines:
        if line.startswith("///"):
            comment = comment + [line[3:].strip()] if first else [line[3:].strip()]
            first = complete = True
            out.append(line)
            continue
        if not line or line.startswith(("//", "#", "namespace", "struct", "class", "enum")):
            comment, first = [], False
        elif not line.startswith((" ", "}")) and complete:
            if comment and not first and "(" in line + next_line(lines, len(out)):
                line = f"/** {' '.join(comment)} */ {line}"
            first = False
        complete = line.endswith((";", "}")) or line.startswith("}") or not comment
        out.append(line)
    return out


def next_line(lines, at):
    return lines[at + 1] if at + 1 < len(lines) else ""


def with_lists(lines):
    """Repeats the comment of `T a, b;` for b."""
    out, comment = [], []
    for line in lines:
        match = LIST.match(line)
        text = " ".join(comment) or (match and match["behind"])
        if match and text:
            members = [f"{match['type']} {name};" for name in match["names"].split(", ")]
            again = f" /** {text} */ "
            line = match["indent"] + ("" if comment else again.strip() + " ") + again.join(members)
        mark = re.match(r"\s*/// (.*)", line)
        comment = comment + [mark[1]] if mark else []
        out.append(line)
    return out


def with_help(text):
    """A key of a configuration says in `.help` what it is: that is its comment."""
    def commented(match):
        help_text = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', match["help"]))
        return f"/** {help_text} */ {match[0]}"

    return KEY.sub(commented, text)


def prepared(path, text):
    """The header, line for line, with its declarations in a group named after it."""
    text = FRIEND_CLASS.sub(lambda match: "\n" * match[0].count("\n"), text)
    text = DOC_COMMENT.sub(lambda match: re.sub(r"[\\@]", r"\\\g<0>", match[0]), text)
    lines = with_lists(with_families(with_help(text).split("\n")))
    comment = leading_comment(lines)
    name = "heed/" + ("heed.h" if path == "framework/heed.h" else path)
    about = [f"/** @addtogroup {group_id(path)} {path.rpartition('/')[2]}"]
    if folder_of(path) != "framework":
        about.append(f"@ingroup {group_id(folder_of(path))}")
    about += [*comment, "", f'    #include "{name}"', "*/"]
    inside = []
    for line in lines:
        if inside and "{  /** @addtogroup" in inside[-1]:
            line = f"@{{ */ {line}"
        elif NAMESPACE.fullmatch(line):
            line += f"  /** @addtogroup {group_id(path)}"
        elif re.fullmatch(r"\}  // namespace heed(::\w+)?", line) and "detail" not in line:
            line = "/** @} */ " + line
        inside.append(line)
    return "\n".join(about) + "\n", "\n".join(inside)


def write(folder):
    """Writes the copies and the groups below `folder`; returns doxygen's input, in order."""
    headers = public_headers()
    about = [groups(headers)]
    for path in headers:
        comment, text = prepared(path, text_of(path))
        about.append(comment)
        copy = folder / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text, encoding="utf-8")
    (folder / "groups.dox").write_text("\n".join(about), encoding="utf-8")
    return [folder / "groups.dox", *(folder / path for path in headers)]

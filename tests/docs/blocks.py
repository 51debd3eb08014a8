"""The documents and their fenced blocks, for what compiles, runs and compares them."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^((?:<!-- [^\n]+? -->\n)*)```(\w*)\n(.*?)^```$", re.M | re.S)
COMMENT = re.compile(r"<!-- (.+?) -->")
DONE_BY = re.compile(r"^<!-- done by: (.+) -->$", re.M)
OUTPUT = ["output of", "in the output of", "in its output", "prints"]
KNOWN = {"cpp": ["from", "not compiled"], "sh": ["run by", "not run", "before", "where"],
         "": OUTPUT, "json": ["file"]}  # others: ```text is neither code nor output


class Block:
    """A fenced block: the comments before it, its language, its text and its first line number."""

    def __init__(self, match, page):
        self.comments = COMMENT.findall(match[1])
        self.language, self.text = match[2], match[3]
        self.line = page.count("\n", 0, match.start(3)) + 1

    def after(self, name):
        """What follows `name:` in a comment, "" for a comment that is only the name, or None."""
        for comment in self.comments:
            if comment == name:
                return ""
            if comment.startswith(name + ":"):
                return comment[len(name) + 1:].strip()
        return None

    def faults(self):
        known = KNOWN.get(self.language, [])
        unknown = [comment for comment in self.comments if comment.split(":")[0] not in known]
        found = [f"unknown comment before a block: {comment}" for comment in unknown]
        if not self.language and not self.comments:
            found.append("what prints this? A comment before the block says it; a block that "
                         "nothing prints is ```text")
        return found


def documents():
    """Paths, relative to the root, of all documents."""
    found = sorted(ROOT.glob("*.md"))
    for folder in ("docs", "tests", "examples", "benchmarks"):
        found += sorted((ROOT / folder).rglob("*.md"))
    return [str(path.relative_to(ROOT)) for path in found]


def text_of(path):
    return (ROOT / path).read_text(encoding="utf-8")


def done_by(path):
    """The script that does all of a page, or None."""
    match = DONE_BY.search(text_of(path))
    return match[1] if match else None


def blocks_of(path):
    """None of a page that a script of its own does: see all_blocks_of."""
    return [] if done_by(path) else all_blocks_of(path)


def all_blocks_of(path):
    text = text_of(path)
    return [Block(match, text) for match in BLOCK.finditer(text)]


def code_of(path):
    """The blocks of a page that are compiled."""
    return [block for block in blocks_of(path) if block.language == "cpp" and not block.comments]

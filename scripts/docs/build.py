#!/usr/bin/env python3
"""Builds the site: the reference of the public headers and all Markdown pages.

  build.py --out DIR
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import headers
import links
import pages
import symbols

ROOT = pathlib.Path(__file__).resolve().parents[2]
SITE = ROOT / "docs" / "site"
THEME = pathlib.Path("/usr/share/doxygen-awesome-css")
STYLES = ["doxygen-awesome.css", "doxygen-awesome-sidebar-only.css",
          "doxygen-awesome-sidebar-only-darkmode-toggle.css"]
SCRIPTS = ["doxygen-awesome-darkmode-toggle.js", "doxygen-awesome-fragment-copy-button.js",
           "doxygen-awesome-paragraph-link.js", "doxygen-awesome-interactive-toc.js"]
START = """<script>
  DoxygenAwesomeDarkModeToggle.init();
  DoxygenAwesomeFragmentCopyButton.init();
  DoxygenAwesomeParagraphLink.init();
  DoxygenAwesomeInteractiveToc.init();
</script>"""


def version():
    return re.search(r"^project\(heed VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text(),
                     re.M)[1]


def run(*command, folder):
    """What it complains about."""
    done = subprocess.run([str(word) for word in command], cwd=folder, text=True,
                          capture_output=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed: {done.stderr}{done.stdout}")
    return done.stderr


def doxygen_version():
    text = subprocess.run(["doxygen", "--version"], text=True, capture_output=True,
                          check=True).stdout
    return tuple(int(number) for number in re.findall(r"\d+", text)[:3])


def quoted(paths):
    return " ".join(f'"{path}"' for path in paths)


def layout(text):
    """The default layout of this doxygen without what the groups show already."""
    for kind in ("namespaces", "files", "concepts", "examples", "interfaces", "structs",
                 "exceptions"):
        text = re.sub(rf'(<tab type="{kind}") visible="yes"', r'\1 visible="no"', text)
    for kind in ("modules", "topics"):  # as doxygen called them until 1.9.7, and since
        text = text.replace(f'<tab type="{kind}" visible="yes" title=""',
                            f'<tab type="{kind}" visible="yes" title="Reference"')
    return text


def write_doxyfile(work, out, inputs):
    """The committed settings, and where things are."""
    lines = [(SITE / "Doxyfile").read_text(encoding="utf-8"),
             "PROJECT_NAME = heed", f"PROJECT_NUMBER = {version()}",
             f"INPUT = {quoted(inputs)}", f"STRIP_FROM_PATH = {quoted([work])}",
             f"OUTPUT_DIRECTORY = {quoted([work])}", f"HTML_OUTPUT = {quoted([out])}",
             "LAYOUT_FILE = layout.xml",
             "HTML_HEADER = header.html", "HTML_FOOTER = footer.html"]
    if doxygen_version() >= (1, 9, 5):  # has a dark style of its own, the theme another
        lines.append("HTML_COLORSTYLE = LIGHT")
    (work / "Doxyfile").write_text("\n".join(lines) + "\n", encoding="utf-8")
    # This doxygen's own layout and page head, whatever its version.
    run("doxygen", "-l", "layout.xml", folder=work)
    file = work / "layout.xml"
    file.write_text(layout(file.read_text(encoding="utf-8")), encoding="utf-8")
    run("doxygen", "-w", "html", "header.html", "footer.html", "style.css", folder=work)
    (work / "footer.html").write_text("</body>\n</html>\n", encoding="utf-8")
    head = (work / "header.html").read_text(encoding="utf-8")
    tags = [f'<script src="$relpath^{name}"></script>' for name in SCRIPTS]
    head = head.replace("</head>", "\n".join([*tags, START, "</head>"]))
    (work / "header.html").write_text(head, encoding="utf-8")
    styles = [*(THEME / name for name in STYLES), SITE / "site.css"]
    with (work / "Doxyfile").open("a", encoding="utf-8") as file:
        file.write(f"HTML_EXTRA_STYLESHEET = {quoted(styles)}\n"
                   f"HTML_EXTRA_FILES = {quoted(THEME / name for name in SCRIPTS)}\n")


def places(work):
    """Where on the site each page and each public header stands."""
    found = {path: f"{pages.label_of(path)}.html" for path in pages.found_pages()}
    for path in headers.public_headers():
        found[path] = f"group__{headers.group_id(path)}.html"
    return found


def finish(file, known):
    """Names of pages and headers in the text become links; doxygen's own dead links go."""
    text = file.read_text(encoding="utf-8")

    def link(match):
        place = known.get(match[1])
        return f'<a href="{place}">{match[0]}</a>' if place and place != file.name else match[0]

    text = re.sub(r"<code>([\w./-]+)</code>(?!</a>)", link, text)
    anchors = set(re.findall(r'(?:id|name)="([^"]+)"', text))
    text = re.sub(r'<a href="#([\w-]+)">[^<]*</a>( &#124;\s*)?',
                  lambda match: match[0] if match[1] in anchors else "", text)
    file.write_text(text, encoding="utf-8")


def write_xml(work, inputs):
    """The XML alone, of headers below `work`."""
    lines = [(SITE / "Doxyfile").read_text(encoding="utf-8"), "GENERATE_HTML = NO",
             f"INPUT = {quoted(inputs)}", f"STRIP_FROM_PATH = {quoted([work])}",
             f"OUTPUT_DIRECTORY = {quoted([work])}"]
    (work / "Doxyfile").write_text("\n".join(lines) + "\n", encoding="utf-8")
    run("doxygen", "Doxyfile", folder=work)
    return work / "xml"


def build(work, out):
    """Builds the site in `out` and the XML in `work`; returns what doxygen complained about."""
    inputs = headers.write(work) + [file for _, file in pages.write(work)]
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    write_doxyfile(work, out, inputs)
    warnings = run("doxygen", "Doxyfile", folder=work)
    for figure in sorted((ROOT / "docs" / "figures").glob("*.svg")):
        shutil.copy(figure, out)
    known = places(work)
    for file in sorted(out.glob("*.html")):
        finish(file, known)
    (out / "doxygen.svg").unlink(missing_ok=True)
    return [line.replace(f"{work}/", "") for line in warnings.splitlines()]


def require_tools():
    """Ends with a message if doxygen or its theme is not there."""
    if shutil.which("doxygen") is None:
        sys.exit("docs: doxygen is not installed; see README.md, \"Requirements\"")
    if missed := [name for name in STYLES + SCRIPTS if not (THEME / name).exists()]:
        sys.exit(f"docs: doxygen-awesome-css is not in {THEME}: {', '.join(missed)}")


def main():
    parser = argparse.ArgumentParser(description="Builds the site of the documents.")
    parser.add_argument("--out", metavar="DIR", type=pathlib.Path, default=ROOT / "build" / "docs")
    out = parser.parse_args().out.resolve()
    require_tools()
    if out.exists() and not (out / "doxygen.css").exists() and (
            not out.is_dir() or any(out.iterdir())):
        sys.exit(f"docs: {out} holds something else; --out names a new folder or a former site")
    with tempfile.TemporaryDirectory() as folder:
        faults = build(pathlib.Path(folder), out)
        found, uncommented = symbols.check(pathlib.Path(folder) / "xml")
    count, broken = links.check(out)
    faults += uncommented + broken + headers.private_includes(pages.found_pages())
    for fault in faults:
        print(fault)
    print(f"{out}/index.html: {len(pages.found_pages())} pages, {count} links, "
          f"{len(found) - len(uncommented)} of {len(found)} public symbols documented, "
          f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except pages.Fault as fault:
        sys.exit(f"docs: {fault}")

"""The public symbols, out of doxygen's XML: what a public header declares (headers.py says which
these are) that is neither private or protected nor in `namespace detail`.

Each has a comment, except what its declaration says all about:
  - copies, moves, destructors and everything `= default` or `= delete`,
  - an override, whose comment is that of what it overrides,
  - an overload, beside one of its name that has a comment.
Functions of a family share the comment above the first (headers.py).
"""
import pathlib
import re
import xml.etree.ElementTree as ElementTree

TYPES = {"class", "struct", "union", "concept"}
CLASSES = {"class", "struct", "union"}


class Symbol:
    """A public symbol: its full name, its declaration, where it is and whether it has a comment."""

    def __init__(self, name, declaration, place, documented):
        self.name = re.sub(r"\s*([<>(),])\s*", r"\1", name)
        self.declaration, self.place = declaration, place
        self.documented = documented

    def __repr__(self):
        return f"{self.place}: {self.name}: {self.declaration}"

    def line(self):
        """In the list of the public API: header, name, declaration."""
        return f"{self.place.partition(':')[0]}  {self.name}  {self.declaration}"


def words(node):
    """All text of a node, with single spaces."""
    return "" if node is None else " ".join("".join(node.itertext()).split())


def normalised(code):
    """The same spelling whatever spaces a version of doxygen puts."""
    code = re.sub(r"\s*([^\w\s])\s*", r"\1", " ".join(code.split()))
    code = re.sub(r"(?<![=!<>(|&+*/-])=(?![=)(])", " = ", code).replace(",", ", ")
    return re.sub(r"([>)*&])(?=\w)", r"\1 ", code)


def is_commented(node):
    return any(words(node.find(kind)) for kind in ("briefdescription", "detaileddescription"))


def place_of(node):
    location = node.find("location")
    return f"{location.get('file')}:{location.get('line')}"


def template_of(node):
    parameters = node.find("templateparamlist")
    if parameters is None:
        return ""
    texts = []
    for parameter in parameters:
        text = " ".join(filter(None, (words(parameter.find(kind))
                                      for kind in ("type", "declname"))))
        default = words(parameter.find("defval"))
        texts.append(text + (f" = {default}" if default else ""))
    return f"template <{', '.join(texts)}> "


def declaration_of(member):
    """The declaration of a member without its body."""
    kind, name = member.get("kind"), words(member.find("name"))
    head, rest = words(member.find("type")), words(member.find("argsstring"))
    initializer = words(member.find("initializer"))
    if kind in ("variable",) and initializer and "\n" not in initializer:
        rest += f" {initializer}"
    if kind == "typedef":
        return template_of(member) + f"using {name} = {head.removeprefix('using ')}{rest}"
    if kind == "enum":
        strong = "enum class" if member.get("strong") == "yes" else "enum"
        return f"{strong} {name}" + (f" : {head}" if head else "")
    modifiers = [word for word, flag in (("static", "static"), ("explicit", "explicit"))
                 if member.get(flag) == "yes" and not head.startswith(word)]
    if member.get("virt") in ("virtual", "pure-virtual"):
        modifiers.append("virtual")
    return template_of(member) + " ".join([*modifiers, head, name + rest]).strip()


def is_evident(member):
    """Whether its declaration says all about it."""
    name, rest = words(member.find("name")), words(member.find("argsstring"))
    return (name.startswith("~") or name == "operator=" or member.find("reimplements") is not None
            or re.search(r"=\s*(default|delete)$|\boverride\b", rest) is not None)


def is_copy_or_inherited(member, owner):
    """Whether it is a copy or move constructor, or a constructor that `using` inherits."""
    own = owner.split("::")[-1].partition("<")[0].strip()
    rest = words(member.find("argsstring"))
    name = words(member.find("name"))
    if name != own:
        return not words(member.find("type")) and re.fullmatch(r"\w+", name) is not None
    return re.match(rf"\(\s*(const )?{own}(\s*<[^>]*>)? ?&", rest) is not None


def members_of(compound):
    """All public members that the compound declares."""
    for member in compound.iter("memberdef"):
        if member.get("prot") != "public" or member.get("kind") == "define":
            continue
        if member.get("kind") == "friend" and words(member.find("type")) in (
                "friend class", "friend struct", "class", "struct"):
            continue
        yield member


def read(folder):
    """The compounds of the XML by id."""
    found = {}
    for path in sorted(pathlib.Path(folder).glob("*.xml")):
        if path.name in ("index.xml", "Doxyfile.xml"):
            continue
        for compound in ElementTree.parse(path).getroot().iter("compounddef"):
            found[compound.get("id")] = compound
    return found


def hidden_classes(compounds):
    """Ids of classes that stand in a private or protected part of another, or in such a class."""
    hidden, todo = set(), []
    for compound in compounds.values():
        if compound.get("kind") in CLASSES:
            todo += [inner.get("refid") for inner in compound.iter("innerclass")
                     if inner.get("prot") != "public"]
    while todo:
        name = todo.pop()
        if name not in hidden and name in compounds:
            hidden.add(name)
            todo += [inner.get("refid") for inner in compounds[name].iter("innerclass")]
    return hidden


def public_symbols(folder):
    """All public symbols, sorted by name and declaration."""
    compounds = read(folder)
    hidden = hidden_classes(compounds)
    found = {}
    for key, compound in compounds.items():
        kind, name = compound.get("kind"), words(compound.find("compoundname"))
        if key in hidden or kind not in TYPES | {"namespace", "group", "file"}:
            continue
        if re.search(r"\bdetail\b|^std\b", name) and kind in TYPES | {"namespace"}:
            continue
        if kind == "concept":
            text = normalised(words(compound.find("initializer")))
            found[key] = Symbol(name, text, place_of(compound), is_commented(compound))
        owner = name if kind in CLASSES else None
        if owner:
            bases = [f"{base.get('prot')} {words(base)}"
                     for base in compound.iter("basecompoundref")]
            text = template_of(compound) + f"{kind} {name.split('::')[-1]}"
            text += f" : {', '.join(bases)}" if bases else ""
            found[key] = Symbol(name, normalised(text), place_of(compound), is_commented(compound))
        add_members(found, compound, owner)
    return sorted(found.values(), key=lambda symbol: (symbol.name, symbol.declaration))


def add_members(found, compound, owner):
    members = list(members_of(compound))
    commented = {(words(member.find("name")), member.find("location").get("file"))
                 for member in members if is_commented(member)}
    for member in members:
        name = words(member.find("name"))
        scope = owner or words(member.find("qualifiedname")).rpartition("::")[0]
        scope = scope or "heed"
        if re.search(r"\bdetail\b|^std\b|@", f"{scope}::{name}") or member.get("id") in found:
            continue
        documented = (is_commented(member) or is_evident(member)
                      or (owner is not None and is_copy_or_inherited(member, owner))
                      or (name, member.find("location").get("file")) in commented)
        place = place_of(member)
        found[member.get("id")] = Symbol(f"{scope}::{name}", normalised(declaration_of(member)),
                                         place, documented)
        for value in member.findall("enumvalue"):
            text = words(value.find("name"))
            found[value.get("id")] = Symbol(f"{scope}::{name}::{text}", text, place,
                                            is_commented(value))


def check(folder):
    """(all public symbols, a fault for each without a comment)."""
    found = public_symbols(folder)
    return found, [f"{symbol.place}: {symbol.name} has no comment: {symbol.declaration}"
                   for symbol in found if not symbol.documented]

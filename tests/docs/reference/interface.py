"""docs/api.md: every public name with its signature and docstring, read from the sources without running them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import griffe

__all__ = ["interface_page"]

ROOT: Final = Path(__file__).parents[3]

HEAD = """\
# Python interface

Every public name, by the module that offers it. Written by `make reference` from the docstrings. Names are loaded when
they are first used, so importing a module loads no Kafka or HTTP client that you do not use.

"""

# Module -> what it is for. A name that several modules offer is described where it stands first.
MODULES: Final = {
    "eventpact": "The door: what most services need.",
    "eventpact.kafka": "Settings, producer, worker, dead letters.",
    "eventpact.kafka.alerts": "Who is told of parked dead letters.",
    "eventpact.codec": "From events to bytes and back.",
    "eventpact.contract": "The manifest and its contracts.",
    "eventpact.schema": "Schemas: parsed, compared, fingerprinted.",
    "eventpact.registry": "The schema registry: client, twin, registration.",
    "eventpact.deploy": "From the manifest to the cluster: plan, apply.",
    "eventpact.status": "What `eventpact status` shows, as values.",
    "eventpact.observe": "Metrics and spans; see [monitoring.md](monitoring.md).",
    "eventpact.catalog": "What `eventpact docs` writes.",
    "eventpact.dev": "The embedded stack, for development and tests.",
    "eventpact.dev.pytest_plugin": "Fixtures; see [testing.md](testing.md).",
    "eventpact.sample": "Made-up events.",
    "eventpact.scaffold": "New contract repositories.",
    "eventpact.pii": "Personal data, masked and revealed.",
    "eventpact.duration": "Avro's duration.",
    "eventpact.errors": "Every error, and who must act.",
    "eventpact_codegen": "Classes from schemas.",
}


def interface_page() -> str:
    """The whole page."""
    loader = griffe.GriffeLoader(search_paths=[ROOT / "src", ROOT / "codegen"], allow_inspection=False)
    for top in sorted({name.partition(".")[0] for name in MODULES}):
        loader.load(top)
    loader.resolve_aliases(implicit=False, external=False)
    told: dict[str, str] = {}
    lines = [HEAD.rstrip(), ""]
    lines += [f"- [`{name}`](#{_anchor(name)}): {purpose}" for name, purpose in MODULES.items()]
    lines.append("")
    for name, purpose in MODULES.items():
        lines += [f"## `{name}`", "", purpose, ""]
        lines += _module(loader.modules_collection[name], told, loader.modules_collection)
    return "\n".join(lines).rstrip() + "\n"


def _module(module: griffe.Object, told: dict[str, str], loaded: griffe.ModulesCollection) -> Iterator[str]:
    elsewhere: dict[str, list[str]] = {}
    for name in sorted(module.exports or (), key=str):
        member = module.members[str(name)]
        found = member.final_target if isinstance(member, griffe.Alias) else member
        if isinstance(found, griffe.Module):
            # A submodule of the same name hides what is imported: the import says where that is.
            inside = loaded[module.imports[found.name]]
            found = inside.final_target if isinstance(inside, griffe.Alias) else inside
        if found.path in told:
            elsewhere.setdefault(told[found.path], []).append(found.name)
            continue
        told[found.path] = module.path
        yield from _member(found, "###")
    for home, names in elsewhere.items():
        yield f"Also here, described under [`{home}`](#{_anchor(home)}): " + ", ".join(f"`{n}`" for n in names) + "."
        yield ""


def _member(found: griffe.Object, mark: str) -> Iterator[str]:
    yield f"{mark} `{found.name}`"
    yield ""
    yield "```text"
    yield from _head(found)
    yield "```"
    yield ""
    yield from _docstring(found)
    if isinstance(found, griffe.Class):
        for member in found.members.values():
            if _public(member) and isinstance(member, griffe.Function):
                yield from _method(member)
            elif _public(member) and isinstance(member, griffe.Attribute) and member.docstring is not None:
                yield from _property(member)


def _head(found: griffe.Object) -> Iterator[str]:
    match found:
        case griffe.Class():
            bases = ", ".join(str(base) for base in found.bases)
            yield f"class {found.name}" + (f"({bases})" if bases else "")
            init = found.members.get("__init__")
            if isinstance(init, griffe.Function) and init.path.startswith(found.path):
                yield from _signature(found.name, init)
            if "dataclass" not in found.labels:
                yield from _fields(found)
        case griffe.Function():
            yield from _signature(found.name, found)
        case griffe.Attribute():
            yield found.name + (f": {found.annotation}" if found.annotation is not None else "")
        case griffe.TypeAlias():
            yield f"type {found.name} = {found.value}"
        case _:
            yield found.name


def _fields(found: griffe.Class) -> Iterator[str]:
    """What the class's own body declares: the fields of a dataclass, the members of an enum."""
    for member in found.members.values():
        if not _public(member) or not isinstance(member, griffe.Attribute) or "property" in member.labels:
            continue
        if (
            "instance-attribute" in member.labels
            and "class-attribute" not in member.labels
            and member.value is not None
        ):
            continue  # set in __init__, told by the docstring
        annotation = f": {member.annotation}" if member.annotation is not None else ""
        value = str(member.value) if member.value is not None else ""
        yield f"    {member.name}{annotation}" + (f" = {value}" if value and len(value) < 60 else "")


def _signature(name: str, function: griffe.Function, width: int = 100) -> Iterator[str]:
    shown = [_parameter(p) for p in function.parameters if p.name not in {"self", "cls"}]
    parts: list[str] = []
    keywords = False
    for parameter, text in zip((p for p in function.parameters if p.name not in {"self", "cls"}), shown, strict=True):
        if parameter.kind is griffe.ParameterKind.keyword_only and not keywords:
            keywords = True
            if not any(part.startswith("*") for part in parts):
                parts.append("*")
        parts.append(text)
    result = f" -> {function.returns}" if function.returns is not None and function.name != "__init__" else ""
    line = f"{name}({', '.join(parts)}){result}"
    if len(line) <= width:
        yield line
        return
    yield f"{name}("
    yield from (f"    {part}," for part in parts)
    yield f"){result}"


def _parameter(parameter: griffe.Parameter) -> str:
    stars = {griffe.ParameterKind.var_positional: "*", griffe.ParameterKind.var_keyword: "**"}
    text = stars.get(parameter.kind or griffe.ParameterKind.positional_or_keyword, "") + parameter.name
    if parameter.annotation is not None:
        text += f": {parameter.annotation}"
    if parameter.default is not None and not text.startswith("*"):
        text += f" = {parameter.default}"
    return text


def _method(method: griffe.Function) -> Iterator[str]:
    [line] = _signature(method.name, method, sys.maxsize)
    yield f"**`{line}`**"
    yield ""
    yield from _docstring(method)


def _property(found: griffe.Attribute) -> Iterator[str]:
    annotation = f": {found.annotation}" if found.annotation is not None else ""
    yield f"**`{found.name}{annotation}`**"
    yield ""
    yield from _docstring(found)


def _docstring(found: griffe.Object) -> Iterator[str]:
    if found.docstring is None:
        return
    for section in griffe.parse_google(found.docstring, warnings=False):
        match section:
            case griffe.DocstringSectionText():
                yield _prose(section.value)
                yield ""
            case griffe.DocstringSectionRaises():
                yield "Raises:"
                yield ""
                yield from (f"- `{row.annotation}`: {_one_line(row.description)}" for row in section.value)
                yield ""
            case griffe.DocstringSectionAttributes() | griffe.DocstringSectionParameters():
                yield from (f"- `{_names(row)}`: {_one_line(row.description)}" for row in section.value)
                yield ""
            case _:
                yield _prose(str(section.value))
                yield ""


def _names(row: griffe.DocstringAttribute | griffe.DocstringParameter) -> str:
    # "line, column: ..." describes both.
    return f"{row.name} {row.annotation}" if row.name.endswith(",") else row.name


def _prose(text: str) -> str:
    """Markdown of a docstring's text: rows that are indented below a line that ends with a colon are a list."""
    return re.sub(r"^    (\w.*)", r"- \1", text.replace("``", "`").replace(":\n    ", ":\n\n    "), flags=re.MULTILINE)


def _one_line(text: str) -> str:
    return _prose(" ".join(text.split()))


def _public(member: griffe.Object | griffe.Alias) -> bool:
    return not member.name.startswith("_") and not isinstance(member, griffe.Alias)


def _anchor(module: str) -> str:
    return module.replace(".", "").lower()

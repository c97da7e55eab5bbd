"""One document while it is read: where complaints go, and what is known by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, NamedTuple, NoReturn, TypeAlias

from eventpact.schema.json_document import Document, deeper_than
from eventpact.schema.limits import MAX_VALUE_DEPTH
from eventpact.schema.names import full_name, is_name
from eventpact.schema.pointer import Pointer, render
from eventpact.schema.rules import SchemaWarning
from eventpact.schema.trampoline import Task
from eventpact.schema.tree import EnumType, Fixed, Json, Named, Record, Ref, Type

__all__ = ["Load", "Mode", "Promise", "Sheet", "shown"]

Mode: TypeAlias = Literal["strict", "stored"]
"""``strict`` for schemas we own. ``stored`` for what a registry holds: old faults are noted, bytes stay readable."""

Load: TypeAlias = Callable[[str], "Task[None] | None"]
"""Full name -> the work that reads the referenced document of that name, or ``None``."""

_SHOWN: Final = 60


def shown(text: object) -> str:
    """A piece of the schema for a message: quoted, on one line, short."""
    quoted = ascii(text) if not isinstance(text, str) or not text.isprintable() else repr(text)
    return quoted if len(quoted) <= _SHOWN else quoted[: _SHOWN - 3] + "..."


class Promise(NamedTuple):
    """A default, to be held against its type once every name is known."""

    record: str
    field: str
    type: Type
    value: Json
    at: Pointer


class Sheet:
    """``names`` and ``open_``, the records among them that are still being read, are shared by all documents of one
    schema; ``known`` are the names that a first reading found."""

    def __init__(
        self,
        document: Document,
        names: dict[str, Named],
        open_: set[str],
        mode: Mode,
        load: Load,
        known: frozenset[str] | None = None,
    ) -> None:
        self.document = document
        self.names = names
        self.strict = mode == "strict"
        self.load = load
        self.known = known
        self.open = open_
        self.defined: list[str] = []
        self.unknown: list[str] = []
        self.promises: list[Promise] = []
        self.warnings: list[SchemaWarning] = []

    def fail(self, message: str, at: Pointer) -> NoReturn:
        raise self.document.error(message, at)

    def warn(self, rule: str, message: str, at: Pointer) -> None:
        self.warnings.append(SchemaWarning(rule, message, render(at)))

    def doubt(self, rule: str, message: str, at: Pointer) -> None:
        """Refuse it in a schema of ours, note it in a stored one."""
        if self.strict:
            self.fail(message, at)
        self.warn(rule, message, at)

    def name(self, name: str, what: str, at: Pointer) -> None:
        """``name`` must follow the pattern."""
        if not is_name(name):
            self.doubt("BAD_NAME", f"{shown(name)} is no {what}: letters, digits and _ (ASCII), no digit in front", at)

    def begin(self, name: str, at: Pointer) -> bool:
        """Let a record's own fields name it. Is this its first definition?"""
        if name in self.open:
            self.fail(f"{name} is defined inside itself; use its name", at)
        if name in self.names:
            if self.strict:
                self.refuse_repeated(name, at)
            return False
        self.names[name] = Record(name, ())
        self.open.add(name)
        self.defined.append(name)
        return True

    def finish(self, record: Record, at: Pointer, *, first: bool) -> None:
        """Enter a record that was begun."""
        if not first:
            self.repeated(record, at)
            return
        self.names[record.name] = record
        self.open.discard(record.name)

    def define(self, named: EnumType | Fixed, at: Pointer) -> None:
        """Enter a definition that holds no others."""
        if named.name in self.open:
            self.fail(f"{named.name} is defined inside itself; give one of the two another name", at)
        if named.name in self.names:
            self.repeated(named, at)
            return
        self.names[named.name] = named
        self.defined.append(named.name)

    def repeated(self, named: Named, at: Pointer) -> None:
        if self.strict or self.names[named.name] != named:
            self.refuse_repeated(named.name, at)
        self.warn("REPEATED_DEFINITION", f"{named.name} is defined again, in the same way", at)

    def refuse_repeated(self, name: str, at: Pointer) -> NoReturn:
        self.fail(f"{name} is defined twice; define it once and use its name afterwards", at)

    def reference(self, name: str, namespace: str, at: Pointer) -> Task[Type]:
        """A use of a type by name."""
        full = full_name(name, namespace)
        if name.startswith("."):
            self.warn("LEADING_DOT", f"write {shown(full)} from the null namespace, without the dot in front", at)
        if full not in self.names and (task := self.load(full)) is not None:
            yield task
        if full in self.names:
            if full in self.open and full not in self.defined:
                self.fail(f"the references form a circle: {full} is still being read; put both into one schema", at)
            return Ref(full)
        bare = name if namespace and "." not in name else None
        if self.strict:
            self.fail(self._missing(full, name, bare), at)
        if self.known is None:
            self.unknown.append(full)
            return Ref(full)
        found = next((candidate for candidate in (full, bare) if candidate in self.known), None)
        if found is None:
            self.fail(self._missing(full, name, None), at)
        self.warn("FORWARD_REFERENCE", f"{found} is used here and defined elsewhere", at)
        return Ref(found)

    def _missing(self, full: str, name: str, bare: str | None) -> str:
        if name in {"record", "error", "enum", "fixed", "array", "map"}:
            return f'the type {shown(name)} needs its own object: {{"type": {{"type": "{name}", ...}}}}'
        if name == "union":
            return "a union is written as a list of its branches"
        if bare is not None and bare in self.names:
            return f"the type {shown(full)} is unknown; inside a namespace {shown(bare)} of the null one has no name"
        same = [other for other in self.names if other.rpartition(".")[2] == name.rpartition(".")[2]]
        hint = f"; did you mean {same[0]!r}?" if same else "; define a type before it is used"
        return f"the type {shown(full)} is unknown{hint}"

    def text(self, node: dict[str, Json], key: str, what: str, at: Pointer) -> str:
        """A mandatory text attribute."""
        value = node.get(key)
        if not isinstance(value, str):
            self.fail(f"{what} needs {key!r}, a text", (at, key) if key in node else at)
        return value

    def doc(self, node: dict[str, Json], at: Pointer) -> str | None:
        doc = node.get("doc")
        if doc is None or isinstance(doc, str):
            return doc
        self.warn("DOC_NOT_TEXT", "a doc that is not text is ignored", (at, "doc"))
        return None

    def rest(self, node: dict[str, Json], known: frozenset[str], at: Pointer) -> dict[str, Json]:
        """The attributes that Avro does not know, in order."""
        found = {key: value for key, value in node.items() if key not in known}
        for key, value in found.items():
            self.shallow(value, (at, key))
        return found

    def shallow(self, value: Json, at: Pointer) -> None:
        if isinstance(value, dict | list) and deeper_than(MAX_VALUE_DEPTH, value):
            self.fail(f"a value nested deeper than {MAX_VALUE_DEPTH} levels", at)

"""Schema text in, `Schema` out. The only place that sees schema JSON as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from eventpact.errors import SchemaError
from eventpact.schema.defaults import CLEAN, Judge, Misfit, TooManySteps
from eventpact.schema.endless import circle, endless_records
from eventpact.schema.json_document import Document
from eventpact.schema.limits import MAX_DEFAULT_STEPS
from eventpact.schema.pointer import Pointer
from eventpact.schema.schema import Schema
from eventpact.schema.sheet import Mode, Promise, Sheet
from eventpact.schema.trampoline import Task, run
from eventpact.schema.tree import Named, Type
from eventpact.schema.types import read_type

__all__ = ["parse"]


def parse(
    text: str | bytes,
    *,
    references: Mapping[str, str] | None = None,
    source: str = "<schema>",
    mode: Mode = "strict",
) -> Schema:
    """Read a schema.

    Args:
        text: JSON; bytes are UTF-8.
        references: full name -> schema text of types that ``text`` uses but does not define, in any order.
        source: the file's name, for messages.
        mode: ``strict`` for schemas we own; ``stored`` for those that a registry gives out: bad names, bad defaults,
            forward references and repeated identical definitions are then warnings.

    Raises:
        SchemaError: the text is not a valid schema; it says where.
    """
    names: dict[str, Named] = {}
    library = _Library(dict(references or {}), names, mode)
    for name in library.texts:
        if (task := library.load(name)) is not None:
            run(task)
    document = Document(text, source)
    sheet, root = run(_read(document, names, mode, library))
    return Schema(
        document.text,
        source,
        root,
        MappingProxyType(names),
        MappingProxyType(library.texts),
        tuple(sheet.warnings),
        mode,
    )


def unpickled(text: str, references: Mapping[str, str], source: str, mode: Mode) -> Schema:
    """A schema travels as its text."""
    return parse(text, references=references, source=source, mode=mode)


class _Library:
    """The referenced documents, each read once: in the given order, or when another one needs it."""

    def __init__(self, texts: dict[str, str], names: dict[str, Named], mode: Mode) -> None:
        self.texts = texts
        self.open: set[str] = set()
        self._names = names
        self._mode: Mode = mode
        self._waiting = dict(texts)
        self._read: set[str] = set()
        self._reading: list[str] = []

    def load(self, name: str) -> Task[None] | None:
        """The work that reads the document of ``name``; ``None`` when there is none, or it is read already."""
        if name in self._reading:
            circle = " -> ".join((*self._reading[self._reading.index(name) :], name))
            raise SchemaError(f"the references form a circle: {circle}; put these types into one schema", source=name)
        text = self._waiting.pop(name, None)
        # One document may be referenced by several of its types.
        return None if text is None or text in self._read else self._load(name, text)

    def _load(self, name: str, text: str) -> Task[None]:
        self._reading.append(name)
        document = Document(text, name)
        sheet, _ = yield _read(document, self._names, self._mode, self)
        self._reading.pop()
        self._read.add(text)
        if name not in self._names:
            sheet.doubt("REFERENCE_NAME", f"the reference {name!r} does not define a type of that name", None)


def _read(document: Document, names: dict[str, Named], mode: Mode, library: _Library) -> Task[tuple[Sheet, Type]]:
    sheet = Sheet(document, names, library.open, mode, library.load)
    root: Type = yield read_type(sheet, document.value, "", None)
    if sheet.unknown:
        # Forward references (stored schemas only): now that all names are known, read again.
        known = frozenset(names)
        for name in sheet.defined:
            names.pop(name, None)
        sheet = Sheet(document, names, library.open, mode, library.load, known)
        root = yield read_type(sheet, document.value, "", None)
    _keep_promises(sheet)
    for name in endless_records(names):
        if name in sheet.defined:
            at = names[name].at
            sheet.warn("NO_FINITE_VALUE", f"{name} always holds itself; use a union with null, an array or a map", at)
    return sheet, root


def _keep_promises(sheet: Sheet) -> None:
    """Hold every default against its type."""
    judge = Judge(sheet.names)
    fills: dict[tuple[str, str], frozenset[tuple[str, str]]] = {}
    places: dict[tuple[str, str], Promise] = {}
    for promise in sheet.promises:
        try:
            verdict = judge.default(promise.value, promise.type)
        except TooManySteps:
            sheet.fail(f"the defaults take more than {MAX_DEFAULT_STEPS} steps to check", promise.at)
        if verdict is CLEAN:
            continue
        if isinstance(verdict, Misfit):
            where = _below(promise.at, verdict.path)
            sheet.doubt("BAD_DEFAULT", f"the default of {promise.field!r} {verdict.message}", where)
            continue
        for rule, note in verdict.notes.items():
            sheet.warn(rule, f"the default of {promise.field!r}: {note.message}", _below(promise.at, note.path))
        if verdict.fills:
            fills[promise.record, promise.field] = verdict.fills
            places[promise.record, promise.field] = promise
    if fills and (endless := circle(fills)) is not None:
        sheet.doubt(
            "ENDLESS_DEFAULT", "the default fills in fields whose defaults fill it in again", places[endless].at
        )


def _below(at: Pointer, path: tuple[str | int, ...]) -> Pointer:
    for part in path:
        at = (at, part)
    return at

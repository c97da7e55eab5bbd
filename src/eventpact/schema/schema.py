"""A parsed schema: its text, its tree, and what identifies it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from eventpact.schema.canonical import canonical_form
from eventpact.schema.fingerprint import crc64_avro, sha256_hex
from eventpact.schema.json_document import Document
from eventpact.schema.pointer import Pointer
from eventpact.schema.rules import SchemaWarning
from eventpact.schema.sheet import Mode
from eventpact.schema.stored import stored_form
from eventpact.schema.tree import Named, Ref, Type

__all__ = ["Schema"]


@dataclass(frozen=True, eq=False, repr=False)
class Schema:
    """A valid schema. Immutable and thread-safe; equal and hashed by the text, the references and the mode.

    Attributes:
        text: as given (bytes are decoded).
        source: the file, or a label for the text.
        root: the type that the text describes.
        names: every named type by full name, in the order of definition, those of the references included.
        references: full name -> schema text, as given to `parse`.
        warnings: what is valid but not as it should be.
        mode: how it was parsed.
    """

    text: str
    source: str
    root: Type
    names: Mapping[str, Named]
    references: Mapping[str, str]
    warnings: tuple[SchemaWarning, ...]
    mode: Mode = "strict"

    @property
    def name(self) -> str | None:
        """Full name of the root, ``None`` when that is no named type."""
        return self.root.name if isinstance(self.root, Ref) else None

    @cached_property
    def canonical(self) -> str:
        """Parsing Canonical Form, with the referenced types written out: it answers "same bytes", no more."""
        return canonical_form(self.root, self.names)

    @cached_property
    def fingerprint(self) -> int:
        """CRC-64-AVRO of the canonical form, 0 to 2**64 - 1."""
        return crc64_avro(self.canonical.encode())

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the canonical form, 64 hexadecimal digits."""
        return sha256_hex(self.canonical.encode())

    @cached_property
    def stored_text(self) -> str:
        """Redpanda's stored form: compact, in its order of attributes, with docs, defaults and properties.

        Two texts with one stored form are one schema to its registry.
        """
        return stored_form(self._document.value)

    def place(self, pointer: str) -> tuple[int, int]:
        """Line and column, from 1, of the value at an RFC 6901 pointer into `text`, or of what comes closest to it."""
        at: Pointer = None
        here = self._document.value
        for part in pointer.split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            if isinstance(here, list) and key.isdecimal() and int(key) < len(here):
                at, here = (at, int(key)), here[int(key)]
            elif isinstance(here, dict) and key in here:
                at, here = (at, key), here[key]
            else:
                break
        return self._document.place(at)

    @cached_property
    def _document(self) -> Document:
        return Document(self.text, self.source)

    @cached_property
    def _identity(self) -> tuple[object, ...]:
        return self.text, tuple(self.references.items()), self.mode

    def __eq__(self, other: object) -> bool:
        return self._identity == other._identity if isinstance(other, Schema) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._identity)

    def __repr__(self) -> str:
        return f"Schema({self.name or type(self.root).__name__}, source={self.source!r})"

    def __reduce__(self) -> tuple[object, ...]:
        from eventpact.schema.parse import unpickled  # parse makes schemas, so it cannot be imported above

        return unpickled, (self.text, dict(self.references), self.source, self.mode)

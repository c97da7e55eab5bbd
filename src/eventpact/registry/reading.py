"""Texts as the registry understands them, remembered so that a look-up costs no parsing."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Final

from eventpact.ids import SchemaId
from eventpact.registry import refusals
from eventpact.registry.contexts import context_of, qualified
from eventpact.registry.judge import Candidate, Judge
from eventpact.registry.port import Reference, SchemaText
from eventpact.registry.references import reference_texts
from eventpact.registry.state import State
from eventpact.schema import parse

__all__ = ["Read", "Reading"]

MOST_TEXTS: Final = 1024


@dataclass(frozen=True, slots=True)
class Read:
    """A text in its stored form, and ready for the judge."""

    text: SchemaText
    candidate: Candidate


class Reading:
    """Parses with the references that a context's state gives. Not thread-safe."""

    def __init__(self, state: State, judge: Judge) -> None:
        self._state = state
        self._judge = judge
        self._texts: OrderedDict[tuple[str, SchemaText], Read] = OrderedDict()
        self._candidates: dict[tuple[str, SchemaId], Candidate] = {}

    def read(self, context: str, schema: SchemaText) -> Read:
        """The schema as it would be stored. SchemaError, or RegistryError (42201) for a reference to nowhere."""
        key = context, schema
        known = self._texts.get(key)
        if known is None:
            texts = reference_texts(_within(context, schema).references, self._referenced)
            parsed = parse(schema.text, references=texts, mode="stored")
            stored = SchemaText(parsed.stored_text, schema.references)
            known = self._texts[key] = Read(stored, self._judge.candidate(parsed))
            if len(self._texts) > MOST_TEXTS:
                self._texts.popitem(last=False)
        return known

    def candidate(self, context: str, schema_id: SchemaId) -> Candidate:
        """The schema of an id that exists."""
        key = context, schema_id
        found = self._candidates.get(key)
        if found is None:
            found = self.read(context, self._state.catalogue(context).get(schema_id).text).candidate
            self._candidates[key] = found
        return found

    def forget(self) -> None:
        """After this everything is read anew. A dropped subject starts at version 1 again, so a reference may come to
        mean another schema.
        """
        self._texts.clear()
        self._candidates.clear()

    def _referenced(self, reference: Reference) -> SchemaText:
        shelf = self._state.shelves.get(reference.subject)
        if shelf is None or reference.version not in shelf.ids:
            raise refusals.missing_reference(reference)
        return _within(context_of(reference.subject), self._state.stored(reference.subject, reference.version).text)


def _within(context: str, schema: SchemaText) -> SchemaText:
    """The same with qualified references."""
    references = tuple(replace(r, subject=qualified(r.subject, context)) for r in schema.references)
    return SchemaText(schema.text, references)

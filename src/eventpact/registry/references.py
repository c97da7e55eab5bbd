"""From a schema's references to the texts of all types that it needs, directly or through others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from eventpact.errors import RegistryError, SchemaError
from eventpact.registry.port import Reference, SchemaText

__all__ = ["reference_texts"]

MOST_REFERENCES: Final = 1000
"""A registry's answers are untrusted: a chain of references without end must end here."""


def reference_texts(
    references: tuple[Reference, ...],
    fetch: Callable[[Reference], SchemaText],
) -> dict[str, str]:
    """Name -> text, the used before the users. ``fetch`` gives the schema that a reference points to.

    Raises:
        SchemaError: two different schemas go by one name.
        RegistryError: the references have no end.
    """
    texts: dict[str, str] = {}
    fetched: dict[Reference, SchemaText] = {}
    todo = [(reference, False) for reference in reversed(references)]
    while todo:
        reference, uses_done = todo.pop()
        if uses_done:
            text = fetched[reference].text
            if texts.setdefault(reference.name, text) != text:
                raise SchemaError(f"two references named {reference.name} point to different schemas")
        elif reference not in fetched:
            if len(fetched) == MOST_REFERENCES:
                raise RegistryError(f"a schema refers to more than {MOST_REFERENCES} others")
            fetched[reference] = fetch(reference)
            todo.append((reference, True))
            todo += [(other, False) for other in reversed(fetched[reference].references)]
    return texts

"""Which id a registry has given to a schema. Nothing is registered here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventpact.errors import NotRegisteredError
from eventpact.registry import Reference, SchemaText
from eventpact.registry.uses import parts

if TYPE_CHECKING:
    from eventpact.ids import SchemaId
    from eventpact.registry import Registered, Registry
    from eventpact.schema import Schema

__all__ = ["registered_id"]


def registered_id(registry: Registry, subject: str, schema: Schema) -> SchemaId:
    """The id of exactly this schema under this subject; types from other files are subjects of their own.

    Raises NotRegisteredError, which says what to do, and what Registry.lookup raises.
    """
    references: dict[str, Reference] = {}
    *used, own = parts(schema)
    for part in used:
        text = SchemaText(part.text, tuple(references[name] for name in part.uses))
        found = look_up(registry, part.name, text, part.name)
        references[part.name] = Reference(part.name, part.name, found.version)
    text = SchemaText(own.text, tuple(references[name] for name in own.uses))
    return look_up(registry, subject, text, schema.name or schema.source).id


def look_up(registry: Registry, subject: str, text: SchemaText, name: str) -> Registered:
    """Registry.lookup, with a text for whoever starts a service too early."""
    try:
        return registry.lookup(subject, text)
    except NotRegisteredError as error:
        raise NotRegisteredError(
            f"the registry has no schema under subject {subject} that is exactly the one {name} was generated from:"
            " run `eventpact register`, or generate the class from the registered schema",
            status=error.status,
            code=error.code,
        ) from None

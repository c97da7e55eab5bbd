"""What the search box looks through: one line per thing that has a name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from eventpact.catalog.entries import Catalog, Entry

__all__ = ["Hit", "hits", "index_script"]


@dataclass(frozen=True, slots=True)
class Hit:
    """``name`` is what is searched first, ``words`` next; ``page`` is relative to the site's root."""

    name: str
    kind: str
    where: str
    page: str
    words: str


def hits(catalog: Catalog) -> Iterator[Hit]:
    """Contracts, events, topics, types, fields, symbols and groups, in the order of the pages."""
    for entry in catalog.entries:
        yield from _entry(entry)
    for reader in catalog.readers():
        where = "reads " + ", ".join(entry.name for entry in reader.entries)
        yield Hit(reader.group, "group", where, f"index.html#{reader.anchor}", "")


def _entry(entry: Entry) -> Iterator[Hit]:
    facts, doc = entry.subject.facts, entry.doc or ""
    kind = "dead letter" if entry.is_dead_letter else "contract"
    yield Hit(entry.name, kind, facts.event, entry.page, f"{entry.contract.owner or ''} {doc}".strip())
    yield Hit(facts.topic, "topic", entry.name, entry.page, "")
    for section in entry.sections:
        page = f"{entry.page}#{section.anchor}"
        yield Hit(section.simple, section.kind, entry.name, page, f"{section.name} {section.doc or ''}".strip())
        for symbol in section.symbols:
            yield Hit(symbol, "symbol", f"{entry.name} · {section.simple}", page, "")
        for field in section.fields:
            words = " ".join((*field.tags, *field.aliases, field.type_text, field.doc or ""))
            where = f"{entry.name} · {section.simple}"
            yield Hit(field.name, "field", where, f"{entry.page}#{field.anchor}", words)


def index_script(catalog: Catalog) -> str:
    """A script, because a page that is opened as a file may not read another file. Plain ASCII, and no markup."""
    rows = ",\n".join(json.dumps(list(asdict(hit).values())) for hit in hits(catalog))
    # What a schema says must never end a script or open a comment, wherever this text is put.
    safe = rows.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return f"// Written by `eventpact docs`: do not edit.\nwindow.catalogIndex = [\n{safe}\n];\n"

"""Catalog -> the files of a static site, as text. Needs the extra: pip install 'eventpact[docs]'."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Final

from jinja2 import BaseLoader, Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from eventpact.catalog.asyncapi import asyncapi_text
from eventpact.catalog.entries import Catalog
from eventpact.catalog.finding_aid import index_script
from eventpact.catalog.picture import pictures
from eventpact.schema import Level
from eventpact_compat.report.plain import ORDERS

__all__ = ["render_site"]

_ASSETS: Final = ("catalog.css", "catalog.js", "theme.js", "icon.svg")

_LEVELS: Final = {
    Level.NONE: "Nothing is promised between versions.",
    Level.BACKWARD: "A new version reads what the last one wrote. Deploy consumers first.",
    Level.BACKWARD_TRANSITIVE: "A new version reads what every older one wrote. Deploy consumers first.",
    Level.FORWARD: "The last version reads what a new one writes. Deploy producers first.",
    Level.FORWARD_TRANSITIVE: "Every older version reads what a new one writes. Deploy producers first.",
    Level.FULL: "A new version and the last one read each other. Deploy in any order.",
    Level.FULL_TRANSITIVE: "Every version reads every other. Deploy in any order.",
}
_SEVERITIES: Final = {"error": "breaking", "warning": "take care", "info": "note"}
# What no page may hold: control characters, and halves of a character, which have no UTF-8.
_UNPRINTABLE: Final = dict.fromkeys(
    [*(n for n in range(0x20) if chr(n) not in "\t\n"), *range(0x7F, 0xA0), *range(0xD800, 0xE000)], "\ufffd"
)


def render_site(catalog: Catalog, servers: Mapping[str, str] | None = None) -> dict[str, str]:
    """Path -> text of every file. The same catalog gives the same bytes; nothing is loaded from anywhere else."""
    environment = _environment(FunctionLoader(lambda name: _text("templates", name)))
    index, page = environment.get_template("index.html"), environment.get_template("contract.html")
    rendered = {"index.html": index.render(catalog=catalog, root="")}
    for entry in catalog.entries:
        drawn = () if entry.is_dead_letter else pictures(entry)
        rendered[entry.page] = page.render(catalog=catalog, entry=entry, pictures=drawn, root="../")
    rendered |= {f"assets/{name}": _text("assets", name) for name in _ASSETS}
    rendered["assets/search-index.js"] = index_script(catalog)
    rendered["asyncapi.json"] = asyncapi_text(catalog, servers or {})
    return dict(sorted(rendered.items()))


def _environment(loader: BaseLoader) -> Environment:
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {"levels": _LEVELS, "orders": ORDERS, "severities": _SEVERITIES}
    return environment


def _printable(value: object) -> object:
    return value.translate(_UNPRINTABLE) if isinstance(value, str) and not isinstance(value, Markup) else value


def _text(folder: str, name: str) -> str:
    return (files("eventpact.catalog") / folder / name).read_text("utf-8")

"""The import block of a generated module, as an import sorter has it."""

from __future__ import annotations

from typing import Final

from eventpact_codegen.layout import held_list
from eventpact_codegen.literals import WIDTH
from eventpact_codegen.sorting import by_import, by_nature

__all__ = ["Imports"]

_SECTIONS: Final = ("__future__", "", "dataclasses_avroschema", "hypothesis", "eventpact", ".")


class Imports:
    """Collects imports; a name is imported once, under one spelling."""

    def __init__(self) -> None:
        self._modules: dict[str, str] = {}
        self._members: dict[str, dict[str, str]] = {}

    def module(self, module: str, spelled: str) -> str:
        self._modules[module] = spelled
        return spelled

    def member(self, module: str, name: str, spelled: str | None = None) -> str:
        return self._members.setdefault(module, {}).setdefault(name, spelled or name)

    def lines(self) -> list[str]:
        """All imports, an empty line after each section. Relative ones are last, whatever the project is called."""
        found: list[str] = []
        for section in _SECTIONS:
            modules = sorted((m for m in self._modules if _section(m) == section), key=by_nature)
            members = sorted((m for m in self._members if _section(m) == section), key=by_nature)
            block = [_import(m, self._modules[m]) for m in modules]
            for module in members:
                block += _from(module, self._members[module])
            if block:
                found += [*block, ""]
        return found


def _section(module: str) -> str:
    top = module.split(".")[0]
    if module.startswith("."):
        return "."
    return top if top in _SECTIONS else ""


def _import(module: str, spelled: str) -> str:
    return f"import {module}" if spelled == module else f"import {module} as {spelled}"


def _from(module: str, members: dict[str, str]) -> list[str]:
    plain = sorted((name for name, spelled in members.items() if name == spelled), key=by_import)
    # Renamed ones stand alone; all statements are sorted by their first name.
    found = {
        name: [f"from {module} import {name} as {spelled}"] for name, spelled in members.items() if name != spelled
    }
    if plain:
        line = f"from {module} import {', '.join(plain)}"
        found[plain[0]] = [line] if len(line) <= WIDTH else [f"from {module} import (", *held_list(plain), ")"]
    return [line for name in sorted(found, key=by_import) for line in found[name]]

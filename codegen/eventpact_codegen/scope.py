"""What a module calls the things it did not define.

A field may be called like a builtin, an import or its own type; inside the class that name then means the field. So a
name that a class or a field of the module takes is spelled otherwise in the whole module: ``_builtins.str``,
``_Mapping``, ``_T_Item``. No class and no field begins with an underscore, so these are always free.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from eventpact_codegen.imports import Imports
from eventpact_codegen.model import EnumClass, Module, Package, RecordClass

__all__ = ["Scope"]

_STANDARD: Final = {
    "Callable": "collections.abc",
    "ClassVar": "typing",
    "Decimal": "decimal",
    "Duration": "eventpact.duration",
    "Final": "typing",
    "Mapping": "collections.abc",
    "StrEnum": "enum",
    "TypeAlias": "typing",
    "UUID": "uuid",
    "dataclass": "dataclasses",
    "field": "dataclasses",
}
_MODULES: Final = {"dt": "datetime"}


class Scope:
    """The names of one generated module, and the imports they take."""

    def __init__(self, package: Package, module: Module) -> None:
        self.named = module.known
        self.package = package
        self.imports = Imports()
        self.odd = False
        """Something is written in a way that linters do not like."""
        self._module = module
        own = [found for found in module.classes.values() if isinstance(found, RecordClass)]
        self._fields = frozenset(attribute.name for record in own for attribute in record.attributes)
        self._own = frozenset(found.name for found in module.classes.values())
        homes = {name: package.homes[name] for name in module.known}
        reached = Counter(home.classes[name].name for name, home in homes.items() if name in home.classes)
        self._doubles = frozenset(name for name, count in reached.items() if count > 1)
        self._taken = self._fields | frozenset(reached)
        self._aliases: dict[str, bool] = {}

    def builtin(self, name: str) -> str:
        if name not in self._taken:
            return name
        return f"{self.imports.module('builtins', '_builtins')}.{name}"

    def standard(self, name: str) -> str:
        """A name of the standard library (or our ``Duration``), imported as itself where that is free."""
        spelled = f"_{name}" if name in self._taken else name
        if name in _MODULES:
            self.odd |= spelled != name
            return self.imports.module(_MODULES[name], spelled)
        # Linters want a third-party import that only annotations use to be hidden from the run time.
        self.odd |= name == "Duration"
        return self.imports.member(_STANDARD[name], name, spelled)

    def generated(self, avro_name: str) -> str:
        """The class of a named type, inside a class body."""
        home = self.package.homes[avro_name]
        found = home.classes[avro_name]
        if home is not self._module or found.name not in self._fields:
            return self.outside(avro_name)
        self._aliases[found.name] = isinstance(found, EnumClass)
        return f"_T_{found.name}"

    def outside(self, avro_name: str) -> str:
        """The class of a named type, where no field can hide it."""
        home = self.package.homes[avro_name]
        name = home.classes[avro_name].name
        if home is self._module:
            return name
        hidden = name in self._fields or name in self._own or name in self._doubles
        return self.imports.member(f".{home.name}", name, f"_{home.name}_{name}" if hidden else name)

    def aliases(self, *, enums: bool) -> list[str]:
        """The aliases that `generated` has promised. Those of enums are needed before the records."""
        return [
            f"_T_{name}: {self.standard('TypeAlias')} = {name}"
            for name, is_enum in sorted(self._aliases.items())
            if is_enum is enums
        ]

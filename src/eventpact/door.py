"""Doors that open late: a package's names are loaded when they are first used (PEP 562).

So importing one name of a room loads what that name needs, and no Kafka or HTTP client that another name needs.
"""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module

__all__ = ["late_door"]


def late_door(package: str, modules: Mapping[str, str]) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """``__getattr__`` and ``__dir__`` of ``package``. ``modules`` says which module below it each name comes from.

    Raises:
        ValueError: a name is also a module's. Importing that module would put it in the name's place.
    """
    if clashes := modules.keys() & modules.values():
        raise ValueError(f"{package}: a name and a module are both called {', '.join(sorted(clashes))}")

    def load(name: str) -> object:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found: object = getattr(import_module(f"{package}.{modules[name]}"), name)
        setattr(sys.modules[package], name, found)
        return found

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *modules})

    return load, names

"""Somebody else, in the middle of an apply."""

from __future__ import annotations

from collections.abc import Callable

from tests.deploy.conftest import Place

__all__ = ["Meanwhile"]


class Meanwhile:
    """Both ports. Directly before the n-th call of one of these names, something else happens, once."""

    def __init__(self, place: Place, names: set[str], call: int, happen: Callable[[], object]) -> None:
        self._place = place
        self._names = names
        self._left = call
        self._happen = happen

    @property
    def happened(self) -> bool:
        return self._left < 0

    def __getattr__(self, name: str) -> object:
        port = self._place.topics if hasattr(self._place.topics, name) else self._place.registry
        method: Callable[..., object] = getattr(port, name)

        def call(*arguments: object, **options: object) -> object:
            if name in self._names:
                self._left -= 1
                if self._left == -1:
                    self._happen()
            return method(*arguments, **options)

        return call

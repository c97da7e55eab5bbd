"""Personal data: masked wherever an event is shown by accident, readable where a person means it.

Generated classes know which of their attributes are tagged (``"confluent:tags": ["PII"]`` or ``"pii": true``): they
name them in ``PII_FIELDS`` and show them as `MASK` in ``repr()``. What this cannot reach: ``dataclasses.asdict``,
debuggers, tracebacks with locals, and test runners that compare attributes.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Mapping
from enum import Enum
from typing import Final

__all__ = ["MASK", "PersonalDataFilter", "reveal"]

MASK: Final = "***"
# Containers nested deeper than this are masked as a whole: a log line is no place to walk a tree.
_DEEPEST: Final = 20


def reveal(event: object) -> str:
    """The event as text with nothing masked. For people who mean it; keep it out of logs."""
    if dataclasses.is_dataclass(event) and not isinstance(event, type):
        parts = (f"{field.name}={reveal(getattr(event, field.name))}" for field in dataclasses.fields(event))
        return f"{type(event).__qualname__}({', '.join(parts)})"
    if isinstance(event, Enum):
        return repr(event)
    if isinstance(event, tuple):
        inside = ", ".join(reveal(one) for one in event)
        return f"({inside},)" if len(event) == 1 else f"({inside})"
    if isinstance(event, Mapping):
        return "{" + ", ".join(f"{key!r}: {reveal(value)}" for key, value in event.items()) + "}"
    return repr(event)


class PersonalDataFilter(logging.Filter):
    """Masks personal data in the arguments of log records, before any handler formats them.

    Events in the arguments are replaced by their masked text, wherever they are nested. For the given classes the
    values of mappings (such as ``dataclasses.asdict(event)``) and of ``extra=`` are masked by the names of their tagged
    fields. Add it to the *handlers*: filters of a logger do not see records of its children.
    """

    def __init__(self, *event_classes: type) -> None:
        super().__init__()
        self._names = frozenset(name for cls in event_classes for name in _tagged(cls))

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true: a record is changed, never dropped."""
        if isinstance(record.args, Mapping):
            record.args = {key: self._masked(value, str(key), 0) for key, value in record.args.items()}
        elif record.args:
            record.args = tuple(self._masked(value, "", 0) for value in record.args)
        if record.args == () and not isinstance(record.msg, str):
            record.msg = self._masked(record.msg, "", 0)
        for name in self._names & vars(record).keys():
            setattr(record, name, MASK)
        return True

    def _masked(self, value: object, name: str, depth: int) -> object:
        if name in self._names:
            return MASK
        if _tagged(type(value)):
            return _masked_text(value)
        if not isinstance(value, tuple | list | Mapping):
            return value
        if depth > _DEEPEST:
            return MASK
        if isinstance(value, Mapping):
            return {key: self._masked(one, str(key), depth + 1) for key, one in value.items()}
        inside = [self._masked(one, "", depth + 1) for one in value]
        return inside if isinstance(value, list) else tuple(inside)


def _tagged(cls: type) -> frozenset[str]:
    found = getattr(cls, "PII_FIELDS", None)
    return found if isinstance(found, frozenset) else frozenset()


def _masked_text(event: object) -> str:
    # Not the class's own repr: a hand-written class may have tagged fields and the repr of any dataclass.
    tagged = _tagged(type(event))
    if not dataclasses.is_dataclass(event) or isinstance(event, type):
        return MASK
    parts = (
        f"{field.name}={MASK if field.name in tagged else repr(getattr(event, field.name))}"
        for field in dataclasses.fields(event)
    )
    return f"{type(event).__qualname__}({', '.join(parts)})"

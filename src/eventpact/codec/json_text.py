"""JSON text to a JSON value, strictly: one meaning or none, and no excerpt of it in an error."""

from __future__ import annotations

import json
from typing import NoReturn

from eventpact.errors import EncodeError
from eventpact.schema.tree import Json

__all__ = ["strict_json"]


class _TwiceError(ValueError):
    """A key stands twice in one object: which one is meant is anybody's guess."""


def strict_json(text: str | bytes) -> Json:
    """The value that a JSON text (RFC 8259) says.

    Raises:
        EncodeError: it is none, says NaN or Infinity, or has a key twice.
    """
    try:
        # By itself json.loads would also take UTF-16 and UTF-32.
        plain = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        value: Json = json.loads(plain, object_pairs_hook=_once, parse_constant=_no_constant)
    except RecursionError:
        problem = "nested too deeply"
    except json.JSONDecodeError as error:
        problem = f"not JSON: {error.msg} at character {error.pos + 1}"
    except _TwiceError:
        problem = "an object has the same key twice"
    except ValueError:
        problem = "not JSON: bytes that are not UTF-8, or a number that JSON does not know"
    else:
        return value
    raise EncodeError(problem, rule="json")


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _TwiceError
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)

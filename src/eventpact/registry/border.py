"""From foreign exceptions and HTTP answers to our errors. Chains are cut: foreign errors hold requests and headers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import requests
from confluent_kafka.schema_registry.error import SchemaRegistryError

from eventpact.errors import (
    IncompatibleError,
    NotRegisteredError,
    RegistryAccessError,
    RegistryError,
    UnavailableError,
)

try:
    import httpx2 as http  # what confluent's client runs on
except ImportError:
    import httpx as http  # type: ignore[import-not-found, no-redef, unused-ignore]

__all__ = ["http", "refusal", "shown", "translated"]

LONGEST_TEXT: Final = 500

BUSY: Final = frozenset({408, 429})
# 40404: soft-deleted already, which Confluent and Apicurio tell apart from never there.
ABSENT: Final = frozenset({40401, 40402, 40403, 40404})
INCOMPATIBLE: Final = frozenset({409, 40901})


def shown(text: object, longest: int = LONGEST_TEXT) -> str:
    """A server's text as it may be shown: one line, cut, control and invisible characters escaped."""
    cut = text if isinstance(text, str) else type(text).__name__
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut[:longest])
    return line + ("..." if len(cut) > longest else "")


def refusal(where: str, doing: str, status: int, code: object, text: object) -> RegistryError:
    """The error that an HTTP answer other than 2xx stands for."""
    number = code if isinstance(code, int) and not isinstance(code, bool) and code > 0 else None
    answer = f"{where} answered HTTP {status}" + (f", error code {number}" if number else "") + f" while {doing}"
    said = f"{answer}: {shown(text)}"
    if status in {401, 403} or number == 40101:
        # The text may repeat the credentials.
        return RegistryAccessError(f"{answer}: check the user name and password", status=status, code=number)
    if status in BUSY or status >= 500:
        return UnavailableError(said, status=status, code=number)
    if status < 400:
        return UnavailableError(f"{answer}: a redirect; check the URL", status=status, code=number)
    if number in ABSENT:
        return NotRegisteredError(said, status=status, code=number)
    if number in INCOMPATIBLE or status == 409:
        return IncompatibleError(answer, status=status, code=number, reasons=(shown(text),))
    if number is None or number == status == 404:
        # A registry gives every refusal a code of its own, but for paths that it does not have.
        return UnavailableError(f"{answer}: this may not be a schema registry; check the URL", status=status)
    return RegistryError(said, status=status, code=number)


@contextmanager
def translated(where: str, doing: str) -> Iterator[None]:
    """Inside, foreign errors become ours. ``where`` names the registry, ``doing`` what was asked of it."""
    try:
        yield
    except SchemaRegistryError as error:
        raise refusal(where, doing, error.http_status_code, error.error_code, error.error_message) from None
    except (http.HTTPError, http.InvalidURL, requests.RequestException) as error:
        raise UnavailableError(f"{where} did not answer while {doing} ({_reason(error)})") from None
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError):
        raise UnavailableError(f"{where} did not answer as a schema registry does while {doing}") from None


def _reason(error: Exception) -> str:
    """What the operating system said, where it said something; else what the client did."""
    found: BaseException | None = error
    said = ""
    while found is not None:
        if isinstance(found, OSError) and isinstance(found.strerror, str):
            said = found.strerror
        found = found.__cause__ or found.__context__
    return f"{type(error).__name__}: {shown(said or str(error), 200)}"

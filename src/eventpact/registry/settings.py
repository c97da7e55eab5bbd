"""Where the registry is and how to talk to it: one frozen value, checked at birth."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, TypeVar
from urllib.parse import urlsplit

from eventpact.errors import SettingsError
from eventpact.secret import Secret

__all__ = ["RegistrySettings"]

Number = TypeVar("Number", int, float)

PREFIX: Final = "SCHEMA_REGISTRY_"
"""The environment variable of a field is this and the field's name in upper case."""

_CONTEXT: Final = re.compile(r"/contexts/:?(\.[^/:]*):?$")
LONGEST_TIMEOUT: Final = 300.0
MOST_RETRIES: Final = 10


@dataclass(frozen=True, slots=True)
class RegistrySettings:
    """A schema registry's address and credentials.

    Attributes:
        url: one or several (comma separated) ``http(s)://host[:port][/path]``, tried in this order. Credentials
            inside a URL are refused: HTTP libraries write URLs into their logs.
        username, password: HTTP basic authentication; both or neither.
        ca_location: file or folder of PEM certificates that the server's certificate is checked against.
        certificate_location, key_location: PEM files of the client's own certificate; the key may be in the first.
        timeout: seconds until one request is given up. Never endless.
        max_retries: how often a request is repeated, per URL, when nobody answered or the server was busy.

    Raises:
        SettingsError: it names the environment variable; the value is never part of the text.
    """

    url: str
    username: str | None = None
    password: Secret | None = None
    ca_location: str | None = None
    certificate_location: str | None = None
    key_location: str | None = None
    timeout: float = 5.0
    max_retries: int = 1

    def __post_init__(self) -> None:
        if not self.urls:
            raise _wrong("url", "expected http://host:port, or several of them with commas between")
        for url in self.urls:
            _check_url(url)
        if (self.username is None) != (self.password is None):
            missing = "username" if self.username is None else "password"
            raise _wrong(missing, "username and password belong together; set both or neither")
        if self.username is not None and (not self.username.isprintable() or ":" in self.username):
            raise _wrong("username", "expected printable characters without ':'")
        if self.password is not None and not isinstance(self.password, Secret):
            raise _wrong("password", "expected a Secret")
        for name in ("ca_location", "certificate_location", "key_location"):
            location = getattr(self, name)
            if location is not None and not Path(location).exists():
                raise _wrong(name, "expected the path of a PEM file; there is nothing at that path")
        if self.key_location is not None and self.certificate_location is None:
            raise _wrong("certificate_location", "expected the certificate that belongs to the key")
        if not 0 < self.timeout <= LONGEST_TIMEOUT:
            raise _wrong("timeout", f"expected seconds, more than 0 and at most {LONGEST_TIMEOUT:g}")
        if not 0 <= self.max_retries <= MOST_RETRIES:
            raise _wrong("max_retries", f"expected a whole number from 0 to {MOST_RETRIES}")

    @property
    def urls(self) -> tuple[str, ...]:
        """The URLs in the order in which they are tried, without a slash at the end."""
        return tuple(_lower(part) for url in self.url.split(",") if (part := url.strip().rstrip("/")))

    @property
    def context(self) -> str | None:
        """The context that the URLs lead into, such as ``.staging`` for ``http://host/contexts/.staging``."""
        found = {named[1] if (named := _CONTEXT.search(urlsplit(url).path)) else None for url in self.urls}
        return found.pop() if len(found) == 1 else None

    @classmethod
    def read(cls, get: Callable[[str], str | None]) -> Self:
        """The settings from variables by name, such as ``os.environ.get``. ``None`` and ``""`` mean not set.

        Raises:
            SettingsError: a variable is missing or wrong.
        """

        def text(name: str) -> str | None:
            return get(PREFIX + name.upper()) or None

        password = text("password")
        return cls(
            url=text("url") or "",
            username=text("username"),
            password=None if password is None else Secret(password),
            ca_location=text("ca_location"),
            certificate_location=text("certificate_location"),
            key_location=text("key_location"),
            timeout=_number("timeout", text("timeout"), float, 5.0, "expected seconds, such as 5 or 2.5"),
            max_retries=_number("max_retries", text("max_retries"), int, 1, "expected a whole number"),
        )


def _number(name: str, written: str | None, kind: Callable[[str], Number], default: Number, expected: str) -> Number:
    if written is None:
        return default
    try:
        return kind(written)
    except ValueError:
        raise _wrong(name, expected) from None


def _lower(url: str) -> str:
    """With its scheme in small letters: confluent's client knows no other."""
    scheme, mark, rest = url.partition("://")
    return f"{scheme.lower()}{mark}{rest}"


def _check_url(url: str) -> None:
    if not url.isprintable() or " " in url:
        raise _wrong("url", "expected no blanks and no control characters inside a URL")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _wrong("url", "expected http://host:port with a port from 1 to 65535") from None
    if parts.username is not None or parts.password is not None:
        raise _wrong(
            "url",
            "expected no user name or password inside the URL (it would show up in logs);"
            f" use {PREFIX}USERNAME and {PREFIX}PASSWORD",
        )
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise _wrong("url", "expected http://host:port or https://host:port")
    if parts.query or parts.fragment:
        raise _wrong("url", "expected nothing after '?' or '#'")


def _wrong(field: str, expected: str) -> SettingsError:
    return SettingsError(PREFIX + field.upper(), expected)

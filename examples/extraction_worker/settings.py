"""What the service needs to know besides the broker: one frozen value, read from the environment, checked at birth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from eventpact import SettingsError

__all__ = ["ExtractionSettings"]

PREFIX: Final = "EXTRACTION_"
BACKENDS: Final = ("sqlite", "postgresql")


@dataclass(frozen=True, kw_only=True)
class ExtractionSettings:
    """S3 itself (endpoint, region, credentials) is configured by the variables that boto3 reads.

    Attributes:
        database_url: `sqlite:////var/lib/extraction.db` or `postgresql://user:password@host/database`.
        buckets: the only buckets that files are taken from, whatever an event says.
        max_bytes: a larger file is rejected unread.
        max_characters: a document with more text is rejected.
        concurrency: how many documents are worked on at a time; of one tenant, one after the other.
        phone_regions: whose national telephone numbers are recognised; international ones always are.
        health: `host:port` to answer `/live` and `/ready` at; none by default.
    """

    database_url: str = field(repr=False)  # holds a password
    buckets: tuple[str, ...]
    max_bytes: int = 20 * 1024 * 1024
    max_characters: int = 2_000_000
    concurrency: int = 8
    phone_regions: tuple[str, ...] = ("US", "GB", "DE")
    health: tuple[str, int] | None = None

    def __post_init__(self) -> None:
        if not _is_database(self.database_url):
            raise SettingsError(
                f"{PREFIX}DATABASE_URL", "expected sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
            )
        if not self.buckets or not all(self.buckets):
            raise SettingsError(f"{PREFIX}BUCKETS", "expected bucket names, separated by commas")
        if not self.phone_regions or not all(len(region) == 2 for region in self.phone_regions):
            raise SettingsError(f"{PREFIX}PHONE_REGIONS", "expected ISO country codes such as US,DE")
        for name in ("max_bytes", "max_characters", "concurrency"):
            if getattr(self, name) < 1:
                raise SettingsError(f"{PREFIX}{name.upper()}", "expected a whole number above 0")

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> ExtractionSettings:
        """Read the EXTRACTION_ variables; one that is empty counts as not set."""
        given = {
            name.removeprefix(PREFIX).lower(): value.strip()
            for name, value in environ.items()
            if name.startswith(PREFIX) and value.strip()
        }
        return cls(
            database_url=given.get("database_url", ""),
            buckets=_names(given.get("buckets", "")),
            max_bytes=_number("max_bytes", given, cls.max_bytes),
            max_characters=_number("max_characters", given, cls.max_characters),
            concurrency=_number("concurrency", given, cls.concurrency),
            phone_regions=_names(given.get("phone_regions", "US,GB,DE")),
            health=_address(given.get("health")),
        )


def _is_database(text: str) -> bool:
    try:
        url = make_url(text)
    except ArgumentError:  # its text holds the URL
        return False
    # SQLite in memory is another database in every thread, and forgets.
    return url.get_backend_name() in BACKENDS and (url.database or ":memory:") != ":memory:"


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",")) if text else ()


def _number(name: str, given: Mapping[str, str], default: int) -> int:
    text = given.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()):
        raise SettingsError(f"{PREFIX}{name.upper()}", "expected a whole number above 0")
    return int(text)


def _address(text: str | None) -> tuple[str, int] | None:
    if text is None:
        return None
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65_535:
        raise SettingsError(f"{PREFIX}HEALTH", "expected host:port, such as 0.0.0.0:8080")
    return host, int(port)

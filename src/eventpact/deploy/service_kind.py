"""Which registry answers, told by paths that only one kind has. Looking changes nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

import requests

from eventpact.registry import RegistrySettings
from eventpact.registry.border import translated
from eventpact.registry.checks import authorities, session_of

__all__ = ["FEATURES", "RegistryKind", "registry_kind"]

OURS: Final = "eventpact's own"
PROXIED: Final = "Redpanda behind a proxy"
APICURIO_INFO: Final = ("/apis/registry/v2/system/info", "/apis/registry/v3/system/info")

FEATURES: Final = {
    "Redpanda": "metadata, verbose checks; contexts from 26.1 on",
    PROXIED: "metadata, verbose checks; contexts from 26.1 on",
    "Confluent": "contexts, metadata, verbose checks",
    "Apicurio": "no contexts, no metadata, no verbose checks, and no level until one is set",
    OURS: "contexts, metadata, verbose checks; for development and tests only",
    "unknown": "no features are known",
}


@dataclass(frozen=True, slots=True)
class RegistryKind:
    """``skew`` is how many seconds its clock is ahead of ours; ``None`` where it does not tell the time."""

    name: str
    version: str | None
    skew: float | None


def registry_kind(settings: RegistrySettings) -> RegistryKind:
    """The kind of the first URL's registry. Raises UnavailableError."""
    url = settings.urls[0]
    verify = authorities(settings)
    with session_of(settings) as session, translated(f"schema registry {url}", "asking what it is"):

        def get(address: str) -> requests.Response:
            return session.get(address, timeout=settings.timeout, verify=verify, allow_redirects=False)

        first = get(f"{url}/subjects")
        skew, server = _skew(first), first.headers.get("Server", "")
        parts = urlsplit(url)
        if server.startswith("eventpact/"):
            return RegistryKind(OURS, _shown(server.removeprefix("eventpact/")), skew)
        if "/apis/ccompat/" in parts.path:
            found = (_text(get(f"{parts.scheme}://{parts.netloc}{path}"), "version") for path in APICURIO_INFO)
            return RegistryKind("Apicurio", next(filter(None, found), None), skew)
        metadata = get(f"{url}/v1/metadata/version")
        if metadata.status_code == requests.codes.ok:
            return RegistryKind("Confluent", _text(metadata, "version"), skew)
        if get(f"{url}/status/ready").status_code == requests.codes.ok:
            # Its server is made with the Seastar library, and says so unless a proxy takes that away.
            return RegistryKind("Redpanda" if server.startswith("Seastar") else PROXIED, None, skew)
        return RegistryKind("unknown", None, skew)


def _skew(response: requests.Response) -> float | None:
    try:
        return parsedate_to_datetime(response.headers.get("Date", "")).timestamp() - time.time()
    except (ValueError, TypeError):
        return None


def _text(response: requests.Response, name: str) -> str | None:
    if response.status_code != requests.codes.ok:
        return None
    found = response.json()
    return _shown(found.get(name)) if isinstance(found, dict) else None


def _shown(found: object) -> str | None:
    """A server's text, if it may be shown."""
    return found if isinstance(found, str) and found.isprintable() and 0 < len(found) < 80 else None

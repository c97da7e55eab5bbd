"""Where this eventpact was installed from, so that a new repository finds the same."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

__all__ = ["Origin", "origin"]

_NAME: Final = "eventpact[cli,sample]"


@dataclass(frozen=True, slots=True)
class Origin:
    """``requirement`` holds everywhere; ``here`` holds on this machine only, where it came from a file or a folder."""

    requirement: str
    here: str | None = None


def origin(direct_url: str | None) -> Origin:
    """What pip noted at the installation (PEP 610); ``None`` is a package index."""
    if direct_url is None:
        return Origin(_NAME)
    found = json.loads(direct_url)
    url, vcs = str(found["url"]), found.get("vcs_info")
    if vcs is not None:
        return Origin(f"{_NAME} @ {vcs['vcs']}+{url}@{vcs['commit_id']}")
    parts = urlsplit(url)
    if parts.scheme == "file":
        return Origin(_NAME, f"{unquote(parts.path)}[cli,sample]")
    return Origin(f"{_NAME} @ {url}")

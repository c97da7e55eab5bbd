"""Files of a folder become ingestion events: real hashes, real media types, a tenant per top folder."""

import hashlib
import mimetypes
import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ingestion_events import IngestionEvent, SourceType

__all__ = ["event_of", "files_below", "tenant_of"]

TENANTS = uuid.UUID("6f1c7d2e-3a54-4f0e-9c55-0b8a1d4e7f90")


def files_below(root: Path) -> Iterator[Path]:
    """Regular files below ``root``, sorted; hidden folders, caches and links are left out."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__pycache__")
        for name in sorted(names):
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                yield path


def tenant_of(path: Path, root: Path) -> str:
    """The tenant of a file: one UUID per folder directly below ``root``; files beside them share one more."""
    inside = path.relative_to(root).parts
    return str(uuid.uuid5(TENANTS, inside[0] if len(inside) > 1 else "."))


def event_of(path: Path, root: Path, run: str) -> IngestionEvent:
    """The event that says ``path`` was stored. ``run`` names the demo run, so that runs tell their events apart.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    now = datetime.now(UTC)
    return IngestionEvent(
        tenant_id=tenant_of(path, root),
        source_type=SourceType.UPLOAD,
        file_hash=digest,
        s3_uri=f"s3://demo/{digest}",
        original_filename=_text(path.name),
        mime_type=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        # The contract counts milliseconds, and the codec rounds nothing by itself.
        timestamp=now.replace(microsecond=now.microsecond // 1000 * 1000),
        source_path=_text(str(path.relative_to(root).parent)),
        metadata={"demo_run": run, "bytes": str(path.stat().st_size)},
    )


def _text(name: str) -> str:
    """A file name is bytes; those that are no UTF-8 get the replacement character."""
    return os.fsencode(name).decode("utf-8", "replace")

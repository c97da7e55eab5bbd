"""What the endpoint needs to know besides the broker: one frozen value, checked at birth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from eventpact import SettingsError

__all__ = ["UploadSettings"]

PREFIX: Final = "UPLOAD_"


@dataclass(frozen=True, kw_only=True)
class UploadSettings:
    """S3 itself (endpoint, region, credentials) is configured by the variables that boto3 reads.

    Attributes:
        bucket: where files are put.
        max_bytes: a larger file is refused; no more than what the extraction worker takes.
        acknowledged_within: seconds that a client waits for the broker before it is told to come back.
    """

    bucket: str
    max_bytes: int = 20 * 1024 * 1024
    acknowledged_within: float = 10.0

    def __post_init__(self) -> None:
        if not self.bucket:
            raise SettingsError(f"{PREFIX}BUCKET", "expected the name of a bucket")
        if self.max_bytes < 1:
            raise SettingsError(f"{PREFIX}MAX_BYTES", "expected a whole number above 0")
        if not 0 < self.acknowledged_within <= 300:
            raise SettingsError(f"{PREFIX}ACKNOWLEDGED_WITHIN", "expected seconds, at most 300")

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> UploadSettings:
        """Read the UPLOAD_ variables; one that is empty counts as not set."""
        return cls(
            bucket=environ.get(f"{PREFIX}BUCKET", "").strip(),
            max_bytes=int(_number("MAX_BYTES", environ, int, cls.max_bytes)),
            acknowledged_within=_number("ACKNOWLEDGED_WITHIN", environ, float, cls.acknowledged_within),
        )


def _number(name: str, environ: Mapping[str, str], kind: type[int | float], default: float) -> float:
    text = environ.get(PREFIX + name, "").strip()
    try:
        return kind(text) if text else default
    except ValueError:
        raise SettingsError(PREFIX + name, "expected a number") from None

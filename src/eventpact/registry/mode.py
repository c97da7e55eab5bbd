"""What a registry lets in, per subject, per context or everywhere."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Mode"]


class Mode(StrEnum):
    """READONLY refuses every change but that of a mode. IMPORT takes schemas with the ids they had elsewhere."""

    READWRITE = "READWRITE"
    READONLY = "READONLY"
    IMPORT = "IMPORT"

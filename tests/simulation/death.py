"""The end of a process, where no `except Exception` helps."""

from __future__ import annotations

__all__ = ["Death"]


class Death(BaseException):
    """The process is gone: nothing that it knew is left, and nothing more of it reaches the broker."""

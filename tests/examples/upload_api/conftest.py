"""Fixtures of the upload endpoint's tests; without its packages there is nothing to collect here."""

from __future__ import annotations

from tests.examples.extra import IGNORED, MISSING

collect_ignore_glob = IGNORED

if not MISSING:
    from tests.examples.s3 import bucket, s3

    __all__ = ["bucket", "s3"]

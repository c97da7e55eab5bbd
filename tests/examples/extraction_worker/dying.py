"""The real service, which SIGKILL hits `before` or `after` its first document is stored, before any commit.

Run as `python -m tests.examples.extraction_worker.dying before`; the environment is the service's.
"""

from __future__ import annotations

import os
import signal
import sys
from unittest.mock import patch

from extraction_worker import service, store
from extraction_worker.store import Document


class DyingStore(store.DocumentStore):
    def add(self, document: Document) -> bool:
        if sys.argv[1] == "after":
            super().add(document)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("unreachable")


if __name__ == "__main__":
    with patch.object(service, "DocumentStore", DyingStore):
        sys.exit(service.main([]))

"""Work in a forked child."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable

__all__ = ["forked"]

RAISED = 99


def forked(work: Callable[[], int]) -> int:
    """The exit code of a child that does the work, negative when a signal ended it; 99 when the work raised.

    Nothing is collected in there: an unused client of another test, found in a cycle, would be ended without its
    threads, which stayed behind, and that is a crash.
    """
    gc.collect()
    child = os.fork()
    if child == 0:
        gc.disable()
        code = RAISED
        try:
            code = work()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

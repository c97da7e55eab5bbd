"""Contexts in the names of subjects: ``:.staging:orders`` is the subject ``orders`` of the context ``.staging``.

A *scope* is the same name without a subject, ``:.staging:``; that of the default context is empty. Levels and modes
stand at scopes as well as at subjects.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["DEFAULT", "context_of", "is_scope", "qualified", "scope", "split"]

DEFAULT: Final = "."
"""The context of subjects without a prefix."""

_QUALIFIED: Final = re.compile(r":(\.[^:]*):(.*)", re.DOTALL)


def split(subject: str) -> tuple[str, str]:
    """The context and the subject's own name in it, which is empty for a scope."""
    found = _QUALIFIED.fullmatch(subject)
    return (found[1], found[2]) if found else (DEFAULT, subject)


def qualified(subject: str, context: str = DEFAULT) -> str:
    """The one name of a subject that was named within ``context``. A prefix of its own counts more."""
    if _QUALIFIED.fullmatch(subject):
        context, subject = split(subject)
    return subject if context == DEFAULT else f":{context}:{subject}"


def scope(context: str) -> str:
    """The context's own scope."""
    return qualified("", context)


def context_of(subject: str) -> str:
    """The context that a subject or a scope is in."""
    return split(subject)[0]


def is_scope(name: str) -> bool:
    """Does the name stand for a whole context?"""
    return not split(name)[1]

"""Redpanda's registry dialect as a pure function: a call and a `MemoryRegistry` in, an answer out."""

from eventpact.dev.registry.call import Answer, Call
from eventpact.dev.registry.dialect import answer

__all__ = ["Answer", "Call", "answer"]

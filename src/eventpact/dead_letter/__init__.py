# Generated from schemas/dead_letter.avsc.
# Do not edit: change the schema, then run `eventpact generate`.
"""Event classes of eventpact.dead_letter."""

from .dead_letter import DeadLetter, Header, Reason, Stage, TimestampType

__all__ = ["DeadLetter", "Header", "Reason", "Stage", "TimestampType"]

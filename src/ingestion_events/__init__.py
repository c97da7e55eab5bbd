# Generated from schemas/ingestion_event.avsc.
# Do not edit: change the schema, then run `eventpact generate`.
"""Event classes of ingestion_events."""

from .ingestion_event import IngestionEvent, SourceType

__all__ = ["IngestionEvent", "SourceType"]

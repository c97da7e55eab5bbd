"""Made-up events for demos and tests: like the schema, never like a person."""

from eventpact.sample.samples import samples

__all__ = ["samples"]

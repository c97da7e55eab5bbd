"""Three integers with three meanings get three names."""

from typing import NewType

__all__ = ["SchemaId", "Version"]

SchemaId = NewType("SchemaId", int)
"""The id in a record's frame: one per distinct schema in a registry."""

Version = NewType("Version", int)
"""The number of a schema within its subject, from 1."""

"""The primitive types without annotation or property, shared by all schemas."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from eventpact.schema.tree import Kind, Primitive

__all__ = ["PLAIN"]

PLAIN: Final[Mapping[str, Primitive]] = MappingProxyType({kind.value: Primitive(kind) for kind in Kind})

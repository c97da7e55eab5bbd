"""Schema files as text: every byte that means something, and one way to lay it out."""

from eventpact_compat.layout.document import Array, Document, Node, Object, Scalar, at, read
from eventpact_compat.layout.edit import replaced, string, without
from eventpact_compat.layout.printer import WIDTH, format_text, print_node

__all__ = [
    "WIDTH",
    "Array",
    "Document",
    "Node",
    "Object",
    "Scalar",
    "at",
    "format_text",
    "print_node",
    "read",
    "replaced",
    "string",
    "without",
]

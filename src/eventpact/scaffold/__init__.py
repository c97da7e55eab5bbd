"""A new contract repository: named, rendered, written. `eventpact init` is its command."""

from eventpact.scaffold.names import Names
from eventpact.scaffold.templates import render
from eventpact.scaffold.write import write

__all__ = ["Names", "render", "write"]

"""Events to bytes and back. Knows no broker and no registry."""

from eventpact.codec.codec import Codec
from eventpact.codec.frame import frame, prefix, unframe

__all__ = ["Codec", "frame", "prefix", "unframe"]

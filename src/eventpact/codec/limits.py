"""What one event may cost, whatever its bytes say."""

from typing import Final

__all__ = ["MAX_DECIMAL_PADDING", "MAX_DEPTH", "MAX_EMPTY_ITEMS", "MAX_PRECISION"]

MAX_DEPTH: Final = 200
"""Nested records of recursive types, reading and writing. Python's own stack ends near 1000 frames."""

MAX_EMPTY_ITEMS: Final = 65_536
"""Items that take no bytes (null, a record without fields), counted over the whole event: bytes cannot bound them."""

MAX_DECIMAL_PADDING: Final = 64
"""Bytes a decimal may take beyond what its precision needs. Some writers pad; int conversion is quadratic."""

MAX_PRECISION: Final = 10_000
"""Digits of a decimal. A schema may ask for any number, and 10**(10**9) takes all memory there is."""

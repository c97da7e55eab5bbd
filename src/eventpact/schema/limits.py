"""How large a schema may be. Each limit is far above real schemas and far below what hurts a process."""

from typing import Final

__all__ = [
    "MAX_ANONYMOUS",
    "MAX_BRANCHES",
    "MAX_DEFAULT_STEPS",
    "MAX_DEPTH",
    "MAX_FIELDS",
    "MAX_NUMBER",
    "MAX_PAIRS",
    "MAX_SYMBOLS",
    "MAX_TEXT",
    "MAX_VALUE_DEPTH",
]

MAX_TEXT: Final = 16 * 1024 * 1024
"""Bytes of UTF-8."""

MAX_DEPTH: Final = 5_000
"""Levels of JSON. A record nested in a record's field takes three, in a union of that field four."""

MAX_VALUE_DEPTH: Final = 64
"""Levels of JSON in a default or an unknown attribute: everyone may walk these by recursion."""

MAX_ANONYMOUS: Final = 64
"""Arrays, maps and unions directly inside each other: everyone may walk types by recursion."""

MAX_NUMBER: Final = 1_000
"""Characters of a JSON number."""

MAX_FIELDS: Final = 100_000
MAX_SYMBOLS: Final = 100_000
MAX_BRANCHES: Final = 10_000

MAX_DEFAULT_STEPS: Final = 500_000
"""Pairs of a value and a type looked at while one schema's defaults are checked. Unions of records multiply them."""

MAX_PAIRS: Final = 500_000
"""Pairs of records looked at while two schemas are compared: unions of hundreds of equal simple names multiply them."""

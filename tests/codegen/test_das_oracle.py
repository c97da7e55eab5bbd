"""dataclasses-avroschema as an advisory oracle: where it is right, its schema is ours; where it is not, that is pinned.

It is no part of `eventpact generate --check`, which would then pass or fail for its bugs. A change of its verdicts, in
either direction, fails here and asks for a look.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

LIMITS = {
    "almost_clash": "other schema",
    "builtin_fields": "KeyError",
    "builtin_types": "KeyError",
    "bytes_defaults": "SyntaxError",
    "camel_names": "AttributeError",
    "decimal_bytes": "KeyError",
    "decimal_defaults": "ValueError",
    "decimal_fixed": "NameError",
    "decimal_wide": "ValueError",
    "durations": "InvalidSchemaValue",
    "enum_reference_default": "NameError",
    "fixed_types": "NameError",
    "invalid_logical": "KeyError",
    "keyword_names": "other schema",
    "list_defaults": "AssertionError",
    "local_timestamps": "NameError",
    "map_of_records_default": "AssertionError",
    "maps": "other schema",
    "mutual_recursion": "NameError",
    "null_last": "other schema",
    "null_without_default": "other schema",
    "odd_symbols": "ValueError",
    "personal": "other schema",
    "record_default": "SyntaxError",
    "record_or_null_default": "InvalidSchemaValue",
    "snake_records": "AttributeError",
    "tree_array": "other schema",
    "tree_map": "NameError",
    "underscore_names": "KeyError",
    "union_default": "other schema",
    "union_of_one": "other schema",
    "uuid_fixed": "InvalidSchemaValue",
}
"""Animals that 0.71.1 turns into another schema or cannot render, with what happens."""


def test_the_known_limits_are_as_they_were() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.codegen.das_run"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    verdicts: dict[str, str] = json.loads(done.stdout)

    assert {name: found for name, found in verdicts.items() if found != "same"} == LIMITS
    assert len(verdicts) - len(LIMITS) >= 30

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
    "alias_code": "ValueError",
    "aliases": "ValueError",
    "almost_clash": "ValueError",
    "arrays": "ValueError",
    "big_decimal": "ValueError",
    "builtin_fields": "KeyError",
    "builtin_types": "KeyError",
    "bytes_defaults": "SyntaxError",
    "camel_names": "AttributeError",
    "child_namespace": "ValueError",
    "constraints": "ValueError",
    "dates": "ValueError",
    "decimal_bytes": "KeyError",
    "decimal_defaults": "ValueError",
    "decimal_fixed": "ValueError",
    "decimal_wide": "ValueError",
    "docs_foreign": "ValueError",
    "docs_hostile": "ValueError",
    "docs_multiline": "ValueError",
    "durations": "InvalidSchemaValue",
    "empty_record": "ValueError",
    "enum_reference_default": "NameError",
    "enum_with_default": "ValueError",
    "enum_without_default": "ValueError",
    "error_type": "ValueError",
    "field_like_type": "ValueError",
    "fixed_types": "ValueError",
    "invalid_logical": "KeyError",
    "keyword_names": "ValueError",
    "linked_list": "ValueError",
    "list_defaults": "ValueError",
    "local_timestamps": "NameError",
    "logical_on_field": "ValueError",
    "long_names": "ValueError",
    "map_of_records_default": "ValueError",
    "maps": "ValueError",
    "member_names": "ValueError",
    "mutual_recursion": "ValueError",
    "nested_records": "ValueError",
    "null_last": "ValueError",
    "null_namespace": "ValueError",
    "null_without_default": "ValueError",
    "number_defaults": "ValueError",
    "odd_symbols": "ValueError",
    "optional_fields": "ValueError",
    "orders": "ValueError",
    "personal": "ValueError",
    "primitive_objects": "ValueError",
    "primitives": "ValueError",
    "properties": "ValueError",
    "record_default": "SyntaxError",
    "record_or_null_default": "InvalidSchemaValue",
    "snake_records": "AttributeError",
    "text_defaults": "ValueError",
    "times": "ValueError",
    "timestamp_nanos": "ValueError",
    "timestamps": "ValueError",
    "tree_array": "ValueError",
    "tree_map": "ValueError",
    "underscore_names": "ValueError",
    "union_containers": "ValueError",
    "union_date_timestamp": "ValueError",
    "union_default": "ValueError",
    "union_enum_string": "ValueError",
    "union_map_record": "ValueError",
    "union_of_many": "ValueError",
    "union_of_one": "ValueError",
    "union_of_records": "ValueError",
    "union_two_enums": "ValueError",
    "uuid_fixed": "InvalidSchemaValue",
    "uuid_string": "ValueError",
}
"""Animals that 0.71.1 turns into another schema or cannot render, with what happens."""


def test_the_known_limits_are_as_they_were() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.codegen.das_run"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    verdicts: dict[str, str] = json.loads(done.stdout)

    assert {name: found for name, found in verdicts.items() if found != "same"} == LIMITS
    assert len(verdicts) - len(LIMITS) >= 30

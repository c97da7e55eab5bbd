"""The zoo: one small schema per type, shape and trap, and the verdict each one gets.

The verdicts: invalid (no Avro), inexpressible (Avro that has no Python class), unwise (a class, and a warning), fine.
``traps`` are the known faults of other generators that the schema provokes, see docs/codegen.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

__all__ = ["ANIMALS", "SHOP", "Animal", "Verdict"]

Verdict: TypeAlias = Literal["fine", "unwise", "inexpressible", "invalid"]

ZOO: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Animal:
    """One schema of the zoo. ``says`` is what it is here for."""

    name: str
    verdict: Verdict
    traps: tuple[str, ...]
    says: str

    @property
    def file(self) -> str:
        return f"{self.name}.avsc"

    @property
    def text(self) -> str:
        return (ZOO / self.file).read_bytes().decode()

    @property
    def expressible(self) -> bool:
        """True when the generator makes classes of it."""
        return self.verdict in {"fine", "unwise"}


SHOP: Final = ZOO / "shop"
"""Six files that use each other's types, named so that the alphabetical order is the wrong one. Two of them
define the same type."""

ANIMALS: Final = (
    Animal("primitives", "fine", (), "every primitive type"),
    Animal("primitive_objects", "fine", (), "primitives written as objects"),
    Animal("number_defaults", "fine", (), "numbers at their bounds"),
    Animal("text_defaults", "fine", (), "quotes, backslashes, controls and non-ASCII in defaults"),
    Animal("bytes_defaults", "fine", ("G16",), "default bytes above 0x7F"),
    Animal("fixed_types", "unwise", ("G7",), "fixed, by definition and by name"),
    Animal("enum_with_default", "fine", (), "the enum everyone should write"),
    Animal("enum_without_default", "unwise", (), "an enum that cannot grow"),
    Animal("arrays", "fine", (), "arrays in arrays"),
    Animal("maps", "fine", (), "maps in maps, with defaults"),
    Animal("nested_records", "fine", (), "records in records"),
    Animal("empty_record", "fine", (), "a record without fields"),
    Animal("decimal_bytes", "fine", ("G17",), "decimals on bytes, one without scale"),
    Animal("decimal_fixed", "fine", ("G8",), "decimals on fixed"),
    Animal("decimal_defaults", "fine", ("G17",), "decimal defaults as the specification writes them"),
    Animal("decimal_wide", "fine", (), "more digits than the default context"),
    Animal("big_decimal", "unwise", (), "big-decimal stays bytes"),
    Animal("uuid_string", "fine", (), "uuid on string"),
    Animal("uuid_fixed", "fine", ("G8",), "uuid on fixed(16)"),
    Animal("dates", "fine", (), "date, with a default"),
    Animal("times", "fine", (), "both times of day"),
    Animal("timestamps", "fine", ("G12",), "timestamps, with a default that ends in 123"),
    Animal("timestamp_nanos", "fine", ("G23",), "nanoseconds stay int"),
    Animal("local_timestamps", "fine", ("G18",), "local timestamps with defaults"),
    Animal("durations", "fine", ("G18",), "duration, by definition and by name"),
    Animal("unknown_logical", "unwise", ("G23",), "a logical type nobody knows"),
    Animal("invalid_logical", "unwise", (), "logical types on the wrong base"),
    Animal("logical_on_field", "unwise", (), "logicalType beside the type, where every library ignores it"),
    Animal("optional_fields", "fine", (), "null first, default null"),
    Animal("null_last", "fine", (), "null last, default of the first branch"),
    Animal("null_without_default", "fine", ("G1",), "nullable, but required; in arrays and maps, too"),
    Animal("union_default", "fine", ("G2", "G26"), "a default must not reorder a union"),
    Animal("union_of_records", "fine", ("G3",), "two records with the same field"),
    Animal("union_of_many", "fine", (), "a union too long for one line"),
    Animal("union_containers", "fine", (), "array and map in one union"),
    Animal("union_of_one", "fine", (), "a union with one branch"),
    Animal("union_enum_string", "unwise", (), "enum and string in one union"),
    Animal("union_two_enums", "unwise", (), "two enums that share a symbol"),
    Animal("union_map_record", "unwise", (), "map and record in one union"),
    Animal("union_date_timestamp", "unwise", (), "date and timestamp in one union"),
    Animal("union_bytes_fixed", "inexpressible", (), "both are bytes"),
    Animal("union_two_fixed", "inexpressible", (), "both are bytes"),
    Animal("union_float_double", "inexpressible", (), "both are float"),
    Animal("union_int_long", "inexpressible", (), "both are int"),
    Animal("union_two_decimals", "inexpressible", (), "both are Decimal"),
    Animal("union_two_uuids", "inexpressible", (), "both are UUID"),
    Animal("union_two_times", "inexpressible", (), "both are time"),
    Animal("union_nanos_int", "inexpressible", (), "nanoseconds are int"),
    Animal("simple_names_clash", "inexpressible", ("G4",), "a.Item and b.Item in one file"),
    Animal("case_clash", "inexpressible", ("G4",), "Item and ITEM"),
    Animal("almost_clash", "fine", ("G4",), "my_rec and MyRec stay two classes"),
    Animal("keyword_names", "fine", ("G10",), "fields, symbols and a record called like keywords"),
    Animal("underscore_names", "fine", ("G11",), "leading underscores"),
    Animal("underscore_clash", "inexpressible", ("G11",), "_id and id_"),
    Animal("underscore_only", "inexpressible", (), "nothing is left"),
    Animal("dunder_field", "inexpressible", ("G19",), "Python's own names"),
    Animal("field_like_type", "fine", ("G6",), "fields called like their types"),
    Animal("builtin_fields", "fine", ("G19",), "fields called like builtins, imports and methods"),
    Animal("builtin_types", "fine", ("G19",), "types called like builtins and imports"),
    Animal("member_names", "fine", ("G19",), "fields called like generated members"),
    Animal("odd_symbols", "fine", ("G9", "G19"), "symbols that Python's enum would drop or rename"),
    Animal("symbol_clash", "inexpressible", ("G9",), "_a and a_"),
    Animal("symbol_dunder", "inexpressible", ("G9",), "a symbol that is one of Python's own names"),
    Animal("camel_names", "fine", (), "names in Java style"),
    Animal("long_names", "unwise", (), "names that fill a line"),
    Animal("linked_list", "fine", ("G29",), "a record that may hold itself"),
    Animal("tree_array", "fine", ("G5",), "a record with a list of itself"),
    Animal("tree_map", "fine", ("G5",), "a record with a map of itself"),
    Animal("mutual_recursion", "fine", ("G5",), "two records that hold each other, by full name"),
    Animal("endless_default", "invalid", (), "a default that makes itself again"),
    Animal("child_namespace", "fine", ("G20",), "a record of a child namespace, used twice"),
    Animal("null_namespace", "fine", (), "no namespace at all"),
    Animal("snake_records", "fine", ("G20",), "a union of snake_case records"),
    Animal("record_default", "unwise", ("G14",), "record defaults, with inner defaults"),
    Animal("list_defaults", "fine", ("G14",), "arrays of records and enums as defaults"),
    Animal("map_of_records_default", "unwise", ("G14",), "a map of records as default"),
    Animal("record_or_null_default", "fine", ("G18",), "a record default on [Rec, null]"),
    Animal(
        "enum_reference_default", "fine", ("G15", "G26"), "default on an enum used by name: lower case, other namespace"
    ),
    Animal("uuid_default_empty", "inexpressible", (), "an empty text is no UUID"),
    Animal("date_default_far", "inexpressible", (), "a date that no calendar of Python holds"),
    Animal("time_default_late", "inexpressible", (), "a time of day after midnight"),
    Animal("decimal_default_long", "inexpressible", (), "more digits than the precision"),
    Animal("float_default_large", "inexpressible", (), "too large for 32 bits"),
    Animal("docs_multiline", "fine", ("G22",), "docs of several lines, indented and long"),
    Animal("docs_hostile", "fine", ("G24", "G26"), "docs that would end a docstring"),
    Animal("docs_foreign", "fine", (), "docs that are not ASCII"),
    Animal("properties", "fine", ("G23",), "unknown properties everywhere"),
    Animal("aliases", "fine", (), "aliases of types and fields"),
    Animal("orders", "fine", (), "sort orders"),
    Animal("error_type", "fine", (), "an error is a record"),
    Animal("personal", "fine", (), "every way to tag personal data"),
    Animal("constraints", "fine", (), "constraints in JSON Schema's words"),
    Animal("root_union", "unwise", ("G21",), "a union at the root: classes, but no event"),
    Animal("root_array", "unwise", ("G21",), "an array at the root"),
    Animal("root_enum", "unwise", (), "an enum at the root, for other files"),
    Animal("root_fixed", "unwise", (), "a fixed at the root, for other files"),
    Animal("root_primitive", "inexpressible", ("G21",), "a string at the root"),
    Animal("size_text", "invalid", ("G26",), "size as text"),
    Animal("size_bool", "invalid", (), "size true"),
    Animal("size_negative", "invalid", (), "size -1"),
    Animal("union_default_text", "invalid", ("G26",), "a text default on boolean"),
    Animal("name_code", "invalid", ("G26",), "a name that is code"),
    Animal("name_newline", "invalid", (), "a name that ends in a newline"),
    Animal("name_unicode", "invalid", (), "a look-alike name"),
    Animal("type_name_code", "invalid", ("G26",), "a type name that is code"),
    Animal("symbol_code", "invalid", ("G26",), "a symbol that is code"),
    Animal("namespace_path", "invalid", (), "a namespace that is a path"),
    Animal("namespace_gap", "invalid", (), "a namespace with an empty part"),
    Animal("alias_code", "unwise", (), "an alias that is code"),
    Animal("order_unknown", "invalid", (), "an order nobody knows"),
    Animal("duplicate_fields", "invalid", (), "one name twice"),
    Animal("duplicate_keys", "invalid", (), "a JSON key twice"),
    Animal("duplicate_branches", "invalid", (), "[int, int]"),
    Animal("duplicate_symbols", "invalid", (), "one symbol twice"),
    Animal("duplicate_types", "invalid", (), "one type defined twice"),
    Animal("nested_union", "invalid", (), "a union in a union"),
    Animal("unknown_type", "invalid", (), "a type nobody defines"),
    Animal("default_wrong_type", "invalid", (), "a text for an int"),
    Animal("default_outside_enum", "invalid", (), "a symbol the enum has not"),
    Animal("default_enum_symbol", "invalid", (), "an enum default outside its symbols"),
    Animal("default_incomplete", "invalid", (), "{} for a record with required fields"),
    Animal("default_fixed_length", "invalid", (), "a fixed of another length"),
    Animal("default_nan", "invalid", (), "NaN is no JSON"),
    Animal("default_large_int", "invalid", ("G28",), "2**31 for an int"),
    Animal("not_json", "invalid", (), "no JSON"),
)

"""Avro names -> Python names."""

from __future__ import annotations

import builtins
import enum
import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventpact.errors import ExpressionError
from eventpact_codegen.naming import class_name, field_name, member_name, module_name, package_parts

FIELDS = {
    "tenant_id": "tenant_id",
    "tenantId": "tenantId",
    "class": "class_",
    "None": "None_",
    "match": "match",
    "_id": "id_",
    "__v": "v_",
    "_class": "class_",
    "trailing_": "trailing_",
    "str": "str",
    "AVRO_NAME": "AVRO_NAME_",
    "SCHEMA_TEXT": "SCHEMA_TEXT_",
}
SYMBOLS = {
    "UPLOAD": "UPLOAD",
    "name": "name_",
    "mro": "mro_",
    "MRO": "MRO",
    "encode": "encode_",
    "_missing_": "missing__",
}
CLASSES = {"a.b.Order": "Order", "order": "order", "_Inner": "Inner_", "a.str": "str_", "TimeoutError": "TimeoutError_"}
MODULES = {
    "ingestion_event.avsc": "ingestion_event",
    "IngestionEvent.avsc": "ingestion_event",
    "orders/HTTPRequest.avsc": "http_request",
    "com.acme.Order-placed.avsc": "com_acme_order_placed",
    "class.avsc": "class_",
    "nul.avsc": "nul_",
}


@pytest.mark.parametrize(("name", "expected"), FIELDS.items())
def test_fields(name: str, expected: str) -> None:
    assert field_name(name) == expected


@pytest.mark.parametrize(("name", "expected"), SYMBOLS.items())
def test_symbols(name: str, expected: str) -> None:
    assert member_name(name) == expected


@pytest.mark.parametrize(("name", "expected"), CLASSES.items())
def test_classes(name: str, expected: str) -> None:
    assert class_name(name) == expected


@pytest.mark.parametrize(("file", "expected"), MODULES.items())
def test_modules(file: str, expected: str) -> None:
    assert module_name(file) == expected


@pytest.mark.parametrize("name", ["", "_", "__", "__init__", "_1", "a b", "a\n", "ａ", "é", "a-b", "a.b"])
def test_names_that_python_cannot_have(name: str) -> None:
    with pytest.raises(ValueError):
        field_name(name)


@pytest.mark.parametrize(
    "file", ["1st.avsc", "größe.avsc", ".avsc", "a'b.avsc", "strategies.avsc", "Contracts.avsc", "__init__.avsc"]
)
def test_files_that_no_module_can_be_named_after(file: str) -> None:
    with pytest.raises(ExpressionError):
        module_name(file)


@pytest.mark.parametrize(
    "package", ["", "a..b", "../x", "/etc", "a/b", ".a", "a.", "a.class", "a\n", "_a", "con", "a.nul"]
)
def test_packages_are_never_paths(package: str) -> None:
    with pytest.raises(ExpressionError):
        package_parts(package)


AVRO_NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)


@given(st.one_of(AVRO_NAMES, st.sampled_from([*keyword.kwlist, *dir(str), *dir(enum.StrEnum), *dir(builtins)])))
def test_a_python_name_is_an_attribute_that_python_leaves_alone(name: str) -> None:
    for rename in (field_name, member_name, class_name):
        try:
            found = rename(name)
        except ValueError:
            continue

        assert found.isidentifier()
        assert not keyword.iskeyword(found)
        assert not found.startswith("_")
        assert found in {name, name.lstrip("_") + "_"}


@given(AVRO_NAMES)
def test_a_member_is_no_attribute_of_its_enum(name: str) -> None:
    try:
        found = member_name(name)
    except ValueError:
        return

    assert found not in dir(enum.StrEnum)

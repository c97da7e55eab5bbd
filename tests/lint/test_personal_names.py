"""UNTAGGED_PII looks at words, not at letters."""

import json

import pytest

from eventpact_compat.lint import lint_text


def is_found(name: str, type_: object = "string", record: str = "Order", more: dict[str, object] | None = None) -> bool:
    field = {"name": name, "type": type_, **(more or {})}
    text = json.dumps({"type": "record", "name": record, "fields": [field]})
    return "UNTAGGED_PII" in {finding.rule for finding in lint_text(text)}


@pytest.mark.parametrize(
    "name",
    [
        "email", "customer_email", "customerEmail", "emailAddress", "EMAIL", "phone", "phone_number", "telephone",
        "ssn", "ip", "client_ip", "clientIP", "ip_address", "address", "home_address", "billing_addresses",
        "first_name", "lastName", "surname", "customer_name", "user_name", "username", "date_of_birth", "birthday",
        "iban", "credit_card", "passport_number", "zip_code", "street", "tax_id",
    ],
)  # fmt: skip
def test_these_sound_like_personal_data(name: str) -> None:
    assert is_found(name)


@pytest.mark.parametrize(
    "name",
    [
        "filename", "file_name", "topic_name", "display_name", "name", "recipe", "shipment", "shipping_cost", "script",
        "description", "ipsum", "tip", "zip_file", "phonetic", "email_hash", "email_template", "email_count",
        "address_type", "memory_address", "wallet_address", "bind_address", "street_count", "domain_name", "host_name",
        "gripe", "emailed", "unnamed", "product_name", "addressable", "recipient_count",
    ],
)  # fmt: skip
def test_these_do_not(name: str) -> None:
    assert not is_found(name)


@pytest.mark.parametrize("record", ["User", "Customer", "shop.Person", "OrderRecipient"])
def test_a_plain_name_is_personal_in_the_record_of_a_person(record: str) -> None:
    assert is_found("name", record=record)


@pytest.mark.parametrize("record", ["Topic", "Header", "UserGroup", "PersonType"])
def test_a_plain_name_is_not_personal_in_the_record_of_a_thing(record: str) -> None:
    assert not is_found("name", record=record)


@pytest.mark.parametrize(
    "type_",
    [
        "boolean",
        {"type": "long", "logicalType": "timestamp-millis"},
        {"type": "enum", "name": "Email", "symbols": ["A"], "default": "A"},
        {"type": "record", "name": "Email", "fields": []},
    ],
)
def test_some_types_cannot_hold_it(type_: object) -> None:
    assert not is_found("email", type_)


@pytest.mark.parametrize(
    "type_", ["bytes", "long", ["null", "string"], {"type": "map", "values": {"type": "array", "items": "string"}}]
)
def test_it_is_found_behind_unions_arrays_and_maps(type_: object) -> None:
    assert is_found("phone", type_)


@pytest.mark.parametrize(
    "props", [{"pii": True}, {"pii": False}, {"confluent:tags": ["PII"]}, {"confluent:tags": ["PUBLIC"]}]
)
def test_who_has_decided_is_left_in_peace(props: dict[str, object]) -> None:
    assert not is_found("email", more=props)
    assert not is_found("email", ["null", {"type": "string", **props}])

"""What leaves a text, and what stays. Presidio's own patterns; no model, no network."""

from __future__ import annotations

import socket
from itertools import pairwise

import pytest

from extraction_worker.redact import OVERLAP, WINDOW, Redactor, windows
from tests.examples.extraction_worker.documents import LETTER, SECRETS


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor(("US", "GB", "DE"))


def test_personal_data_is_replaced_by_its_kind(redactor: Redactor) -> None:
    done = redactor.redact(LETTER)

    assert done.text == (
        "Write to <EMAIL_ADDRESS> or call <PHONE_NUMBER>.\nCard <CREDIT_CARD>, account <IBAN_CODE>.\nThank you."
    )
    assert done.found == {"CREDIT_CARD": 1, "EMAIL_ADDRESS": 1, "IBAN_CODE": 1, "PHONE_NUMBER": 1}


@pytest.mark.parametrize(
    ("secret", "kind"),
    [
        ("jane.doe+tag@example.com", "EMAIL_ADDRESS"),
        ("jane@sub.münchen.example", "EMAIL_ADDRESS"),
        ("(212) 555-0187", "PHONE_NUMBER"),
        ("020 7946 0958", "PHONE_NUMBER"),
        ("+33 1 42 68 53 00", "PHONE_NUMBER"),
        ("5555-5555-5555-4444", "CREDIT_CARD"),
        ("GB33 BUKB 2020 1555 5555 55", "IBAN_CODE"),
        ("192.168.13.7", "IP_ADDRESS"),
        ("2001:db8::8a2e:370:7334", "IP_ADDRESS"),
        ("536-90-4399", "US_SSN"),
    ],
)
def test_each_kind_is_found(redactor: Redactor, secret: str, kind: str) -> None:
    done = redactor.redact(f"before {secret} after")

    assert done.text == f"before <{kind}> after"


@pytest.mark.parametrize("text", ["", "Order 4711-08 of 2026-11-24, total 1,234.56 EUR.", "Card 4111 1111 1111 1112"])
def test_what_is_no_personal_data_stays(redactor: Redactor, text: str) -> None:
    assert redactor.redact(text).text == text


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("place", [WINDOW - OVERLAP, WINDOW, 2 * (WINDOW - OVERLAP)])
def test_nothing_slips_through_between_two_windows(redactor: Redactor, secret: str, place: int) -> None:
    """The secret stands across each edge, at every distance from it."""
    for shift in range(0, len(secret) + 2, 3):
        filler = "lorem ipsum " * (place // 12 + 1)
        text = filler[: place - shift - 1] + " " + secret + " " + filler

        done = redactor.redact(text)

        assert secret not in done.text
        assert done.text.count("<") == 1


def test_windows_cover_the_text_and_overlap() -> None:
    text = "".join(chr(0x4E00 + number % 20_000) for number in range(3 * WINDOW))
    parts = list(windows(text))

    assert all(text[start : start + len(part)] == part for start, part in parts)
    assert all(len(part) <= WINDOW for _, part in parts)
    for (start, part), (following, _) in pairwise(parts):
        assert start + len(part) - following == OVERLAP
    assert parts[-1][0] + len(parts[-1][1]) == len(text)


def test_no_network_is_asked(redactor: Redactor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Presidio's own recogniser of mail addresses fetches a list of public domains."""

    def refuse(*asked: object) -> None:
        raise AssertionError("somebody asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    assert redactor.redact("jane@example.com").text == "<EMAIL_ADDRESS>"

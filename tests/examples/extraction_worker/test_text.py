"""Bytes to text: what is read, and which rejection the rest gets."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from eventpact import Reject
from extraction_worker import failures
from extraction_worker.text import reader_of, storable
from tests.examples.extraction_worker.documents import locked, pdf

LIMIT = 10_000


@pytest.mark.parametrize(
    ("mime_type", "data"),
    [
        ("text/plain", "Größe".encode()),
        ("text/plain", b"\xef\xbb\xbf" + "Größe".encode()),
        ("Text/Markdown; Charset=UTF-8", "Größe".encode()),
        ('text/csv;header=present;charset="windows-1252"', "Größe".encode("cp1252")),
        ("text/plain;charset=utf-16", "Größe".encode("utf-16")),
        ("application/pdf", pdf("Größe")),
    ],
)
def test_a_document_is_read_as_it_says(mime_type: str, data: bytes) -> None:
    assert reader_of(mime_type, LIMIT)(data) == "Größe"


def test_the_pages_of_a_pdf_follow_each_other() -> None:
    assert reader_of("application/pdf", LIMIT)(pdf("one", "", "three")) == "one\n\nthree"


def test_a_pdf_that_opens_without_a_password_is_read() -> None:
    assert reader_of("application/pdf", LIMIT)(locked(pdf("open"), "")) == "open"


@pytest.mark.parametrize("mime_type", ["image/png", "", "text/plain; charset=rot13", "text/plain; charset=punycode"])
def test_what_nothing_here_reads_is_rejected(mime_type: str) -> None:
    with pytest.raises(failures.UnsupportedTypeError):
        reader_of(mime_type, LIMIT)(b"abc")


@pytest.mark.parametrize(
    ("mime_type", "data", "error"),
    [
        ("text/plain", b"\xff\xfe\xfd", failures.UnreadableTextError),
        ("text/plain", b"x" * (LIMIT + 1), failures.TextTooLongError),
        ("application/pdf", b"", failures.DamagedPdfError),
        ("application/pdf", b"not a PDF", failures.DamagedPdfError),
        ("application/pdf", pdf("cut")[:200], failures.DamagedPdfError),
        ("application/pdf", pdf(*["word " * 100] * 30), failures.TextTooLongError),
        ("application/pdf", locked(pdf("secret"), "password"), failures.EncryptedPdfError),
    ],
)
def test_a_document_that_cannot_be_read_is_rejected(mime_type: str, data: bytes, error: type[Reject]) -> None:
    with pytest.raises(error):
        reader_of(mime_type, LIMIT)(data)


def test_whatever_a_pdf_holds_it_is_read_or_rejected() -> None:
    """One byte changed, three hundred times over: the parser may raise anything, the worker hears of two things."""
    draw = random.Random(7)  # the same damage in every run
    whole = pdf("one", "two (three)")
    outcomes = Counter[str]()
    for _ in range(300):
        damaged = bytearray(whole)
        damaged[draw.randrange(len(whole))] = draw.randrange(256)
        try:
            outcomes[type(reader_of("application/pdf", LIMIT)(bytes(damaged))).__name__] += 1
        except failures.DamagedPdfError:
            outcomes["rejected"] += 1

    assert outcomes.keys() == {"str", "rejected"}


@pytest.mark.parametrize(
    ("text", "stored"), [("nul\0nul", "nul nul"), ("\ud800half", "?half"), ("Größe 😀", "Größe 😀")]
)
def test_a_text_can_be_stored(text: str, stored: str) -> None:
    """NUL is no character to PostgreSQL, and half of a surrogate pair none to anybody."""
    assert storable(text) == stored


def test_what_is_read_can_be_stored() -> None:
    assert reader_of("text/plain", LIMIT)(b"a\0b") == "a b"

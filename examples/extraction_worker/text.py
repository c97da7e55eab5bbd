"""Bytes of a known media type to text. Pure: the same bytes give the same text, or the same rejection, every time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Final, TypeAlias

from pypdf import PdfReader

from eventpact import Reject
from extraction_worker.failures import (
    DamagedPdfError,
    EncryptedPdfError,
    TextTooLongError,
    UnreadableTextError,
    UnsupportedTypeError,
)

__all__ = ["READERS", "reader_of"]

Reader: TypeAlias = Callable[[bytes, str, int], str]
"""`read(data, charset, limit)`: the text, at most `limit` characters of it."""

# Python knows many more, some of which are no character sets and some slow on purpose.
CHARSETS: Final = {
    "": "utf-8-sig",
    "utf-8": "utf-8-sig",
    "us-ascii": "ascii",
    "iso-8859-1": "iso-8859-1",
    "windows-1252": "cp1252",
    "utf-16": "utf-16",
}


def plain_text(data: bytes, charset: str, limit: int) -> str:
    """Text that is text already."""
    try:
        text = data.decode(CHARSETS[charset])
    except KeyError:
        raise UnsupportedTypeError from None
    except UnicodeError:  # its text holds the bytes
        raise UnreadableTextError from None
    if len(text) > limit:
        raise TextTooLongError
    return text


def pdf_text(data: bytes, charset: str, limit: int) -> str:
    """The text layer of a PDF, page by page. A scan has none, and gives an empty text."""
    del charset
    pages: list[str] = []
    length = 0
    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise EncryptedPdfError
        for page in reader.pages:
            pages.append(page.extract_text())
            length += len(pages[-1]) + 1
            if length > limit:
                raise TextTooLongError
    except (Reject, MemoryError):
        raise
    except Exception:  # a parser of hostile bytes may raise anything, and its text may hold what it parsed
        raise DamagedPdfError from None
    return "\n".join(pages)


READERS: Final[Mapping[str, Reader]] = {
    "application/pdf": pdf_text,
    "text/csv": plain_text,
    "text/markdown": plain_text,
    "text/plain": plain_text,
}


def reader_of(mime_type: str, limit: int) -> Callable[[bytes], str]:
    """The function that reads this media type; UnsupportedTypeError where there is none."""
    essence, *parameters = (part.strip().lower() for part in mime_type.split(";"))
    read = READERS.get(essence)
    if read is None:
        raise UnsupportedTypeError
    charset = next((text.removeprefix("charset=").strip('"') for text in parameters if text.startswith("charset=")), "")
    return lambda data: storable(read(data, charset, limit))


def storable(text: str) -> str:
    """The text without what no database takes: NUL characters and halves of surrogate pairs."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")

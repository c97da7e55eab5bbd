"""What can go wrong with one document, and whose fault it is: the base class decides what the worker does.

Dead letters and logs hold the names of these classes and nothing else, so each cause has one of its own.
"""

from __future__ import annotations

from eventpact import Reject, Retry, Unavailable

__all__ = [
    "DamagedPdfError",
    "DatabaseRefusedError",
    "DatabaseUnavailableError",
    "EncryptedPdfError",
    "FileMissingError",
    "FileTooLargeError",
    "ForeignFileError",
    "StorageRefusedError",
    "StorageUnavailableError",
    "TextTooLongError",
    "UnreadableTextError",
    "UnsupportedTypeError",
    "WrongHashError",
]


class ForeignFileError(Reject):
    """The event names a place outside of the buckets that this worker may read."""


class UnsupportedTypeError(Reject):
    """Nothing here reads this media type, or its character set."""


class FileTooLargeError(Reject):
    """The file has more bytes than the worker takes."""


class WrongHashError(Reject):
    """The file's bytes are not those that the event announces."""


class UnreadableTextError(Reject):
    """The bytes are not text in the character set that they claim."""


class DamagedPdfError(Reject):
    """The PDF cannot be parsed. The same bytes fail in the same way every time."""


class EncryptedPdfError(Reject):
    """The PDF wants a password."""


class TextTooLongError(Reject):
    """The document holds more text than the worker takes."""


class DatabaseRefusedError(Reject):
    """The database refuses this document's values."""


class FileMissingError(Retry):
    """The object is not there. A copy between regions may be on its way, so this is asked again."""


class StorageRefusedError(Retry):
    """S3 refuses this object, in a way that is not known to concern all others too."""


class StorageUnavailableError(Unavailable):
    """S3 does not answer, is overloaded, or refuses our credentials: no record is to blame."""


class DatabaseUnavailableError(Unavailable):
    """The database does not answer, or does not let us work: no record is to blame."""

"""Files from S3, and what each of its refusals means."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final, Protocol, TypedDict, cast

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from extraction_worker.failures import (
    FileMissingError,
    FileTooLargeError,
    ForeignFileError,
    StorageRefusedError,
    StorageUnavailableError,
)

__all__ = ["FileStore", "S3Client", "s3_client"]

LOG: Final = logging.getLogger(__name__)

MISSING: Final = frozenset({"NoSuchKey", "NoSuchVersion"})
"""About this object, and time may mend it."""

EVERYBODYS: Final = frozenset(
    {"ExpiredToken", "InvalidToken", "TokenRefreshRequired", "AuthorizationHeaderMalformed", "NoSuchBucket"}
)
"""About every object of ours, in spite of a status that says otherwise."""

ITS_OWN: Final = frozenset({"InvalidObjectState"})
"""About this object, which is archived, in spite of a status that says otherwise."""

LONGEST_KEY: Final = 1024
CHUNK: Final = 256 * 1024


class Body(Protocol):
    """The bytes of an object, as they come."""

    def read(self, amt: int) -> bytes: ...

    def close(self) -> None: ...


class GotObject(TypedDict):
    """What we use of an answer to GetObject."""

    Body: Body
    ContentLength: int


class S3Client(Protocol):
    """What we call of boto3's client. Clients may be shared by threads."""

    def get_object(self, *, Bucket: str, Key: str) -> GotObject: ...  # noqa: N803 - boto3 spells them so


def s3_client(concurrency: int) -> S3Client:
    """A client with bounded patience, configured by the variables that boto3 reads (AWS_ENDPOINT_URL_S3 and others)."""
    config = Config(
        connect_timeout=5,
        read_timeout=20,
        retries={"mode": "standard", "total_max_attempts": 2},  # the worker is the one that waits
        max_pool_connections=concurrency,
    )
    return cast(S3Client, Session().client("s3", config=config))


class FileStore:
    """Reads files from the given buckets, at most `max_bytes` of each."""

    def __init__(self, client: S3Client, buckets: Iterable[str], max_bytes: int) -> None:
        self._client = client
        self._buckets = frozenset(buckets)
        self._max_bytes = max_bytes

    def fetch(self, uri: str) -> bytes:
        """All bytes of the file."""
        bucket, key = self._place(uri)
        try:
            found = self._client.get_object(Bucket=bucket, Key=key)
            body = found["Body"]
            try:
                if found["ContentLength"] > self._max_bytes:
                    raise FileTooLargeError
                data = whole(body, self._max_bytes)
            finally:
                body.close()
        except ClientError as error:
            raise refused(error) from error
        except BotoCoreError as error:  # no connection, no answer in time, an answer cut short, no credentials
            LOG.warning("S3 is not to be had: %s", type(error).__name__)
            raise StorageUnavailableError from error
        return data

    def _place(self, uri: str) -> tuple[str, str]:
        scheme, _, rest = uri.partition("://")
        bucket, _, key = rest.partition("/")
        if scheme != "s3" or bucket not in self._buckets or not 0 < len(key.encode()) <= LONGEST_KEY:
            raise ForeignFileError
        return bucket, key


def whole(body: Body, most: int) -> bytes:
    """All that comes, at most so many bytes, whatever length the answer claims.

    Read to the very end: only there boto3 notices that an answer was cut short.
    """
    pieces: list[bytes] = []
    length = 0
    while piece := body.read(CHUNK):
        pieces.append(piece)
        length += len(piece)
        if length > most:
            raise FileTooLargeError
    return b"".join(pieces)


def refused(error: ClientError) -> Exception:
    """Whose fault an answer of S3 is: the object's, or the world's.

    403 is the world's: credentials that are wrong or expired concern every object, and must not drain the topic into
    the dead letters. (Without the right s3:ListBucket S3 answers 403 for a missing object, too: grant it.)
    """
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in MISSING:
        return FileMissingError()
    world = status in {301, 307, 401, 403, 408, 429} or status >= 500
    if code in EVERYBODYS or (world and code not in ITS_OWN):
        LOG.warning("S3 refuses to work: %s, status %s", code, status)
        return StorageUnavailableError()
    return StorageRefusedError()

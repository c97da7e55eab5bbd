"""Files into S3, under a name that follows from their content."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import BinaryIO, Final, Protocol, cast

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

__all__ = ["FileStore", "S3Client", "StorageError", "digest_of", "s3_client"]

CHUNK: Final = 1024 * 1024


class StorageError(Exception):
    """S3 did not take the file. `code` is S3's, or the name of the client's error."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class S3Client(Protocol):
    """What we call of boto3's client. Clients may be shared by threads."""

    def put_object(self, *, Bucket: str, Key: str, Body: BinaryIO, ContentType: str, ChecksumSHA256: str) -> object: ...  # noqa: N803 - boto3 spells them so


def s3_client() -> S3Client:
    """A client with bounded patience: somebody waits for the answer."""
    config = Config(
        connect_timeout=2,
        read_timeout=10,
        retries={"mode": "standard", "total_max_attempts": 2},
        max_pool_connections=40,
    )
    return cast(S3Client, Session().client("s3", config=config))


class FileStore:
    """Keeps files in one bucket, as `<tenant>/<SHA-256>`: no person's name in it, and a repetition is no new file."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def uri(self, tenant_id: str, digest: bytes) -> str:
        """Where this file is, or would be."""
        return f"s3://{self._bucket}/{key(tenant_id, digest)}"

    def put(self, tenant_id: str, digest: bytes, file: BinaryIO, mime_type: str) -> None:
        """The file is stored at its URI afterwards, its bytes checked against `digest` by S3. Raises StorageError."""
        file.seek(0)
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=key(tenant_id, digest),
                Body=file,
                ContentType=mime_type,
                ChecksumSHA256=b64encode(digest).decode(),
            )
        except ClientError as error:
            raise StorageError(error.response.get("Error", {}).get("Code", "")) from error
        except BotoCoreError as error:
            raise StorageError(type(error).__name__) from error


def key(tenant_id: str, digest: bytes) -> str:
    return f"{tenant_id}/{digest.hex()}"


def digest_of(file: BinaryIO) -> bytes:
    """SHA-256 of the whole file, a piece at a time."""
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(CHUNK):
        digest.update(piece)
    return digest.digest()

"""The HTTP side. `uvicorn --factory upload_api.app:create_app` makes one application per process."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Final, TypedDict
from uuid import UUID

from fastapi import Depends, FastAPI, File, Header, HTTPException, Request, UploadFile
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from eventpact import Codec, Contract, Producer, Settings
from eventpact.errors import DeliveryError
from ingestion_events import IngestionEvent
from upload_api.body_limit import BodyLimit
from upload_api.files import FileStore, s3_client
from upload_api.problems import answer_with_problems
from upload_api.settings import UploadSettings
from upload_api.uploads import Uploads

__all__ = ["Accepted", "create_app"]

LOG: Final = logging.getLogger(__name__)

ACCEPTED: Final = ("application/pdf", "text/csv", "text/markdown", "text/plain")
"""What the extraction worker reads. The client's word is taken for it here; the worker looks at the bytes."""

FRAMING: Final = 64 * 1024
"""What a multipart body may hold besides the file."""


LONGEST_NAME: Final = 255


class Accepted(BaseModel):
    """The file is stored and its event acknowledged."""

    file_hash: str = Field(description="SHA-256 of the file: its id, and the same for the same bytes.")
    topic: str
    partition: int
    offset: int


class State(TypedDict):
    """What lives as long as the process."""

    uploads: Uploads


def uploads_of(request: Request) -> Uploads:
    found: Uploads = request.state.uploads
    return found


def create_app(
    settings: UploadSettings | None = None, kafka: Settings | None = None, contract: Contract | None = None
) -> FastAPI:
    """The application; settings are by default read from the environment."""
    chosen = UploadSettings.from_env(os.environ) if settings is None else settings
    brokers = Settings.from_env() if kafka is None else kafka

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[State]:
        # Here, and not at import: servers import the application before they fork, and a producer must not be shared
        # with a child. A schema that is not registered or a topic that is missing ends the process at its start.
        del app
        codec = Codec(IngestionEvent)
        producer = await run_in_threadpool(
            lambda: Producer(IngestionEvent, brokers, contract=contract, codec=codec)  # asks registry and broker
        )
        try:
            files = FileStore(s3_client(), chosen.bucket)
            yield State(uploads=Uploads(files, producer, codec, chosen.acknowledged_within))
        finally:
            await run_in_threadpool(closed, producer)

    app = FastAPI(title="Uploads", lifespan=lifespan)
    app.add_middleware(BodyLimit, most=chosen.max_bytes + FRAMING)
    answer_with_problems(app)

    # A plain function: it waits for S3 and for the broker, in one of the server's threads.
    @app.post("/documents", status_code=201)
    def upload(
        file: Annotated[UploadFile, File(description="Its name travels in the body, so that no access log holds it.")],
        x_tenant_id: Annotated[UUID, Header(description="Set by the gateway that knows who is calling.")],
        uploads: Annotated[Uploads, Depends(uploads_of)],
    ) -> Accepted:
        mime_type = file.content_type or ""
        if mime_type.partition(";")[0].strip().lower() not in ACCEPTED:
            raise HTTPException(415, f"expected one of {', '.join(ACCEPTED)}")
        if not file.size:
            raise HTTPException(422, "the file is empty")
        if file.size > chosen.max_bytes:
            raise HTTPException(413, f"the file is larger than {chosen.max_bytes} bytes")
        name = file.filename or ""
        if not 0 < len(name) <= LONGEST_NAME:
            raise HTTPException(422, f"expected a file name of at most {LONGEST_NAME} characters")
        file_hash, stored = uploads.take(str(x_tenant_id), file.file, name, mime_type)
        return Accepted(file_hash=file_hash, topic=stored.topic, partition=stored.partition, offset=stored.offset)

    return app


def closed(producer: Producer[IngestionEvent]) -> None:
    """The producer is closed afterwards. What was not acknowledged was answered with 503 at the time."""
    try:
        producer.close()
    except DeliveryError as error:
        LOG.warning("%s", error)

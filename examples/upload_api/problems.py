"""What clients are told when something is wrong: RFC 9457 problem details, without the values that they sent."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from fastapi import FastAPI, Request

__all__ = ["answer_with_problems", "come_back"]

MEDIA_TYPE: Final = "application/problem+json"
COME_BACK_AFTER: Final = "5"
"""Seconds."""


def come_back(what: str) -> HTTPException:
    """503: nothing is wrong with the request, and the same one will do later."""
    return HTTPException(503, f"{what}; send the same request again", {"Retry-After": COME_BACK_AFTER})


def answer_with_problems(app: FastAPI) -> None:
    """Every error of the application is answered as a problem afterwards."""

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        del request
        return problem(error.status_code, error.detail, error.headers)

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> JSONResponse:
        del request
        # What FastAPI answers by itself repeats the input, and the messages hold pieces of it: places and kinds do.
        found = [(".".join(str(part) for part in one["loc"]), one["type"]) for one in error.errors()]
        return problem(422, "; ".join(f"{place}: {kind}" for place, kind in found))


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return JSONResponse(body, status, headers, MEDIA_TYPE)

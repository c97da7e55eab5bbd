"""What may be said about a failed record: class names, codes, templates, schema paths, lines of code. Never a value.

An exception's text is out of bounds, ours included: those of libraries quote the payload.
"""

from __future__ import annotations

import re
import sysconfig
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import CodeType, FrameType, TracebackType
from typing import Final, TypeVar

from eventpact.dead_letter import Reason, Stage
from eventpact.errors import CodecError
from eventpact.ids import SchemaId
from eventpact.kafka.judge import Bury, Failure
from eventpact.registry import MAX_ID

__all__ = ["Diagnosis", "class_name", "code_place", "diagnose", "frame_place", "schema_path", "tenant_of"]

E = TypeVar("E")

SUMMARY_LENGTH: Final = 512

_STEP: Final = re.compile(r"\.[A-Za-z_][A-Za-z0-9_]{0,99}|\[[0-9]{1,9}\]")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.<>]{0,199}")
_TENANT: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LIBRARIES: Final = tuple(
    {f"{sysconfig.get_path(name)}/" for name in ("stdlib", "platstdlib", "purelib", "platlib")} | {"<frozen"}
)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The text fields of a dead letter."""

    stage: Stage
    reason: Reason
    error_class: str
    code: str
    summary: str
    location: str | None
    schema_id: SchemaId | None
    tenant_id: str | None


def diagnose(bury: Bury, failure: Failure[E], tenant_id: str | None) -> Diagnosis:
    """Put a verdict and a failure into words that hold no value."""
    error = failure.error
    path = schema_path(error.path) if isinstance(error, CodecError) else "$"
    return Diagnosis(
        stage=bury.stage,
        reason=bury.reason,
        error_class=class_name(error),
        code=bury.code,
        summary=summary_of(bury.text, path, failure.schema_id),
        location=code_place(error.__traceback__) if bury.stage is Stage.HANDLER else None,
        # A stranger's frame can hold an id that is no Avro int; the original value still has it.
        schema_id=failure.schema_id if failure.schema_id is None or failure.schema_id <= MAX_ID else None,
        tenant_id=tenant_id,
    )


def class_name(error: BaseException) -> str:
    """The full name of the error's class, as `package.module.Name`."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    # A class can be made at run time under any name.
    return name if _NAME.fullmatch(name) else "Exception"


@lru_cache(maxsize=1_000)
def summary_of(template: str, path: str, schema_id: SchemaId | None) -> str:
    """A rule's text with the place in the schema and the schema's id. A stranger can name any id, so few are kept."""
    schema = "none" if schema_id is None else str(schema_id)
    return template.format(path=path, schema=schema)[:SUMMARY_LENGTH]


def schema_path(path: str) -> str:
    """The part of a codec's path that comes from the schema: a map's keys are payload, so it ends before one."""
    if path == "$":
        return path
    end = 1
    while (step := _STEP.match(path, end)) is not None:
        end = step.end()
    rest = "" if end >= len(path) else "[*]"
    return "$" + path[1:end][:200] + rest


def code_place(trace: TracebackType | None) -> str | None:
    """`file:line in function` of the deepest frame outside of Python and its libraries; the file's last two parts."""
    place = None
    while trace is not None:
        place = _place(trace.tb_frame.f_code, trace.tb_lineno) or place
        trace = trace.tb_next
    return place


def frame_place(frame: FrameType | None) -> str | None:
    """The same for a thread that is at work."""
    while frame is not None:
        if (place := _place(frame.f_code, frame.f_lineno)) is not None:
            return place
        frame = frame.f_back
    return None


def _place(code: CodeType, line: int) -> str | None:
    if code.co_filename.startswith(_LIBRARIES) or code.co_filename.startswith("<"):
        return None
    return f"{_shown(code.co_filename)}:{line} in {code.co_qualname}"


@lru_cache(maxsize=1_000)
def _shown(file: str) -> str:
    """A file by its last two parts, in ASCII. There are few, and many records may fail in one of them."""
    return "/".join(Path(file).parts[-2:]).encode("ascii", "backslashreplace").decode()


def tenant_of(from_event: str | None, key: bytes | None) -> str | None:
    """The tenant of a failed record: from the event, else from the key, and only what looks like a UUID."""
    found = from_event if from_event is not None else (key or b"").decode("ascii", "replace")
    return found if _TENANT.fullmatch(found) else None

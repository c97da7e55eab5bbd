"""Golden payloads: the bytes of every released version, and what they mean. Today's class must still read them so."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from eventpact.codec.classes import classes_of
from eventpact.codec.model import Model
from eventpact.codec.plain_read import PlainReader
from eventpact.codec.reading import Reading
from eventpact.codec.survey import survey
from eventpact.errors import DecodeError
from eventpact.schema import Schema, resolve
from eventpact_compat.finding import Finding, Rule, Severity
from eventpact_compat.golden.classes import event_class
from eventpact_compat.golden.edges import payloads
from eventpact_compat.golden.shown import differences, show_event

__all__ = ["GOLDEN_MISSING", "RULES", "Reader", "check_golden", "event_class", "golden_files", "read_golden"]

GOLDEN_BROKEN: Final = Rule(
    "GOLDEN_BROKEN",
    Severity.ERROR,
    "what was written then is read so today",
    "the bytes of a released version give another value, or none, with today's class; so will those in the topic",
    "version 1 wrote 12.30, and today's class reads 0.1230",
    "undo the change of the schema; or, if no such event is left anywhere, waive it",
)
GOLDEN_MISSING: Final = Rule(
    "GOLDEN_MISSING",
    Severity.WARNING,
    "every released version has its payloads",
    "without them nothing proves that old bytes still mean what they meant",
    "compat/golden/orders/1 is deleted",
    "restore the folder from version control",
)
RULES: Final = (GOLDEN_BROKEN, GOLDEN_MISSING)


def golden_files(schema: Schema) -> dict[str, bytes]:
    """File name -> content: ``<case>.bin`` is the Avro body without a frame, ``<case>.json`` the event."""
    files: dict[str, bytes] = {}
    for number, payload in enumerate(payloads(schema)):
        name = f"{number:03}-{_file_name(payload.name)}"
        files[f"{name}.bin"] = payload.body
        files[f"{name}.json"] = (json.dumps(payload.expected, indent=2, ensure_ascii=False) + "\n").encode()
    return files


def _file_name(text: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in text)[:80]


def read_golden(folder: Path) -> dict[str, bytes]:
    """What `golden_files` wrote; empty when there is nothing."""
    try:
        # Thousands of small files: the plain calls take half the time of those of pathlib.
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if entry.name.endswith((".bin", ".json")))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    place = os.fspath(folder)
    return {name: _content(os.path.join(place, name)) for name in names}


def _content(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


class Reader:
    """Today's class, ready to read the bytes of any version."""

    def __init__(self, cls: type[Any], schema: Schema) -> None:
        self._model = Model(schema, classes_of(cls, schema))

    def of(self, writer: Schema) -> Version | None:
        """What reads a version's bytes; ``None`` when today's schema cannot read all that it may have written."""
        plan = resolve(self._model.schema, writer)
        return Version(Reading(self._model, writer, survey(writer.names), plan)) if plan.compatible else None


class Version:
    """Today's class and one writer."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def problems(self, files: Mapping[str, bytes]) -> Iterator[tuple[str, str, str | None, str | None]]:
        """(path, message, before, after), one per path."""
        seen: set[str] = set()
        for name, body in files.items():
            case = name.removesuffix(".bin")
            if case == name or f"{case}.json" not in files:
                continue
            try:
                event = PlainReader(self._reading, body).decode()
            except DecodeError as error:
                found: list[tuple[str, str, str | None, str | None]] = [(error.path, f"{case}: {error}", None, None)]
            else:
                shown = show_event(event, self._reading.model)
                expected = json.loads(files[f"{case}.json"])
                found = [
                    (path, f"{case}: {path} is read as another value", _short(before), _short(after))
                    for path, before, after in differences(expected, shown)
                ]
            for problem in found:
                if problem[0] not in seen:
                    seen.add(problem[0])
                    yield problem


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else text[:79] + "…"


def check_golden(
    reader: Reader, writer: Schema, files: Mapping[str, bytes], *, contract: str, number: int
) -> Iterator[Finding]:
    """What today's class reads otherwise than it was written. The values are edges, not anybody's data.

    Nothing for a version that today's schema cannot read at all: that is a finding of its own.
    """
    version = reader.of(writer)
    for path, message, before, after in version.problems(files) if version is not None else ():
        yield Finding(
            rule=GOLDEN_BROKEN.id,
            severity=GOLDEN_BROKEN.severity,
            message=f"payload {message}",
            contract=contract,
            file=writer.source,
            path=path,
            before=before,
            after=after,
            why=GOLDEN_BROKEN.why,
            hint=GOLDEN_BROKEN.fix,
            against=f"version {number}",
        )

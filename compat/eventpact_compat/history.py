"""Released versions on disk: ``<n>.avsc`` is the exact text, ``<n>.json`` says what else was promised.

A released file never changes. The digests in ``<n>.json`` notice an edit; that nobody edits both is seen by
``check --against git:REF``, which compares whole files.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eventpact.errors import SchemaError
from eventpact.schema import Schema
from eventpact_compat.facts import Facts
from eventpact_compat.finding import Finding, Rule, Severity

__all__ = ["RULES", "Released", "digest", "digest_files", "read_history"]

FORMAT: Final = 1
_VERSION_FILE: Final = re.compile(r"([1-9][0-9]*)\.(avsc|json)")

RELEASED_CHANGED: Final = Rule(
    "RELEASED_CHANGED",
    Severity.ERROR,
    "a released version never changes",
    "records were written with it, and they are still there; the gate would compare with something that never was",
    "compat/history/orders/1.avsc is edited",
    "restore the file from version control; put the edit into the working schema",
)
RELEASED_INCOMPLETE: Final = Rule(
    "RELEASED_INCOMPLETE",
    Severity.ERROR,
    "released versions are numbered without gaps, and each has its two files",
    "a version that is missing here is still in the topic, and nothing is checked against it",
    "compat/history/orders/2.avsc is deleted",
    "restore the files from version control",
)
RULES: Final = (RELEASED_CHANGED, RELEASED_INCOMPLETE)


@dataclass(frozen=True, slots=True)
class Released:
    """A released version. ``references`` are the schemas it uses (full name -> text); ``golden`` is a digest or ""."""

    number: int
    text: str
    references: Mapping[str, str]
    facts: Facts
    golden: str
    file: str

    def schema(self, parse: Callable[..., Schema]) -> Schema:
        """The version, parsed leniently: what was released must stay readable."""
        return parse(self.text, references=self.references or None, source=self.file, mode="stored")


def digest(text: str | bytes) -> str:
    return "sha256:" + hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def digest_files(files: Iterable[tuple[str, bytes]]) -> str:
    """One digest of several files: their names and contents, in the order of the names."""
    total = hashlib.sha256()
    for name, content in sorted(files):
        total.update(f"{name}\0{len(content)}\0".encode())
        total.update(content)
    return "sha256:" + total.hexdigest()


def read_history(folder: Path, contract: str) -> tuple[tuple[Released, ...], tuple[Finding, ...]]:
    """The versions in ``folder``, oldest first, and what is wrong with their files."""
    numbers: dict[int, set[str]] = {}
    if folder.is_dir():
        for name in sorted(path.name for path in folder.iterdir()):
            if (match := _VERSION_FILE.fullmatch(name)) is not None:
                numbers.setdefault(int(match[1]), set()).add(match[2])
    released: list[Released] = []
    problems: list[Finding] = []
    for number in range(1, max(numbers, default=0) + 1):
        try:
            released.append(_read(folder, number))
        except _BrokenError as broken:
            problems.append(_finding(broken.rule, contract, broken.file, str(broken)))
    return tuple(released), tuple(problems)


def _read(folder: Path, number: int) -> Released:
    schema_file, facts_file = folder / f"{number}.avsc", folder / f"{number}.json"
    text = _text(schema_file)
    try:
        said = json.loads(_text(facts_file))
        if said["version"] != FORMAT:
            raise _BrokenError(RELEASED_CHANGED, facts_file, f"format {said['version']} is not known")
        references = {str(name): str(reference) for name, reference in said["references"].items()}
        release = Released(
            number, text, references, Facts.from_json(said["facts"]), str(said["golden"]), schema_file.as_posix()
        )
        promised = said["schema"]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _BrokenError(RELEASED_CHANGED, facts_file, "is not what `eventpact release` wrote") from None
    if promised != digest(text):
        raise _BrokenError(RELEASED_CHANGED, schema_file, f"version {number} was released with another text")
    return release


def released_files(
    contract_facts: Facts, number: int, text: str, references: Mapping[str, str], golden: str
) -> Iterator[tuple[str, str]]:
    """(name, content) of the files of one version."""
    yield f"{number}.avsc", text
    said = {
        "version": FORMAT,
        "number": number,
        "schema": digest(text),
        "golden": golden,
        "facts": contract_facts.to_json(),
        "references": dict(references),
    }
    yield f"{number}.json", json.dumps(said, indent=2, ensure_ascii=False) + "\n"


class _BrokenError(Exception):
    def __init__(self, rule: Rule, file: Path, message: str) -> None:
        self.rule = rule
        self.file = file
        super().__init__(message)


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode()
    except UnicodeDecodeError:
        raise _BrokenError(RELEASED_CHANGED, file, "is not UTF-8") from None
    except OSError:
        raise _BrokenError(RELEASED_INCOMPLETE, file, "is missing") from None


def _finding(rule: Rule, contract: str, file: Path, message: str) -> Finding:
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        message=f"{file.name}: {message}",
        contract=contract,
        file=file.as_posix(),
        path=f"{contract}/{file.name}",
        why=rule.why,
        hint=rule.fix,
    )


def unreadable(contract: str, file: str, error: SchemaError) -> Finding:
    """A released text that does not parse, even leniently."""
    return _finding(RELEASED_CHANGED, contract, Path(file), error.message)

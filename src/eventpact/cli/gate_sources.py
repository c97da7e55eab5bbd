"""The two sides of `diff`: a file, ``contract@3``, ``git:REF:path``, ``registry:subject@3``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import typer

from eventpact.cli.gate_git import file_at
from eventpact.errors import SchemaError, SettingsError
from eventpact.ids import Version
from eventpact.registry import Reference, Registry, SchemaText
from eventpact.schema import Schema, parse
from eventpact_compat.history import Released, read_history

__all__ = ["open_registry", "read_side", "registry_schema"]

_RELEASED = re.compile(r"(?P<contract>[A-Za-z0-9_.-]+)@(?P<number>[1-9][0-9]*|latest)")
_SUBJECT = re.compile(r"(?P<subject>.+)@(?P<number>[1-9][0-9]*|latest)")


def read_side(spec: str, history: Path, *, strict: bool = False) -> Schema:
    """The schema that a side of `diff` means. Only a working file is read strictly, and only where that is asked for.

    Raises:
        SchemaError: it is not valid Avro.
        BadParameter: there is no such thing.
        RegistryError: the registry does not know it, or does not answer.
    """
    if spec.startswith("git:"):
        revision, colon, path = spec.removeprefix("git:").partition(":")
        if not colon or not path:
            raise typer.BadParameter(f"{spec!r}: expected git:REF:path")
        return parse(file_at(revision, path), source=spec, mode="stored")
    if spec.startswith("registry:"):
        match = _SUBJECT.fullmatch(spec.removeprefix("registry:"))
        if match is None:
            raise typer.BadParameter(f"{spec!r}: expected registry:subject@version or registry:subject@latest")
        with open_registry() as registry:
            number = match["number"]
            found = registry.version(match["subject"], "latest" if number == "latest" else Version(int(number)))
            return registry_schema(registry, found.schema, spec)
    if (match := _RELEASED.fullmatch(spec)) is not None and not Path(spec).exists():
        return _released(match["contract"], match["number"], history).schema(parse)
    return _file(Path(spec), strict=strict)


def _released(contract: str, number: str, history: Path) -> Released:
    versions, _ = read_history(history / contract, contract)
    wanted = versions[-1:] if number == "latest" else [v for v in versions if v.number == int(number)]
    if not wanted:
        numbers = ", ".join(str(version.number) for version in versions) or "none"
        raise typer.BadParameter(f"{contract} has no released version {number} (there are: {numbers})")
    return wanted[0]


def _file(path: Path, *, strict: bool) -> Schema:
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError:
        raise SchemaError("not UTF-8", source=path.as_posix()) from None
    source = path.as_posix()
    mode: Literal["strict", "stored"] = "strict" if strict else "stored"
    try:
        return parse(text, source=source, mode=mode)
    except SchemaError as error:
        # A type from another file may be what is missing.
        references = _from_siblings(path)
        if not references:
            raise
        try:
            return parse(text, references=references, source=source, mode=mode)
        except SchemaError:
            raise error from None


def _from_siblings(path: Path) -> dict[str, str] | None:
    from eventpact_compat.lint.files import references_of

    texts: dict[str, str] = {}
    for sibling in sorted(path.parent.glob("*.avsc")):
        try:
            texts[sibling.name] = sibling.read_bytes().decode()
        except (OSError, UnicodeDecodeError):
            continue
    try:
        return references_of(path.name, texts)
    except (SchemaError, KeyError):
        return None


def registry_schema(registry: Registry, schema: SchemaText, source: str) -> Schema:
    """A registry's schema with its references."""
    from eventpact.registry.references import reference_texts

    def fetch(reference: Reference) -> SchemaText:
        return registry.version(reference.subject, reference.version).schema

    return parse(
        schema.text, references=reference_texts(schema.references, fetch) or None, source=source, mode="stored"
    )


@contextmanager
def open_registry() -> Iterator[Registry]:
    """The registry that SCHEMA_REGISTRY_URL names. `SettingsError` when it names none."""
    from eventpact.kafka.environment import Environment
    from eventpact.kafka.settings import read_registry
    from eventpact.registry import RegistryClient

    settings = read_registry(Environment.read(None, ".env"))
    if settings is None:
        raise SettingsError("SCHEMA_REGISTRY_URL", "not set; name the registry, such as http://localhost:18081")
    with RegistryClient(settings) as registry:
        yield registry

"""contracts.toml -> checked values. Every key is documented in docs/manifest.md."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final, TypeVar

from eventpact.contract.duration import milliseconds
from eventpact.contract.lint import LintSettings, lint_settings
from eventpact.contract.model import Contract, DeadLetterTopic, LetterFormat, Topic
from eventpact.contract.nearest import did_you_mean
from eventpact.contract.schemas import named_below, parse_all
from eventpact.contract.table import Table, read_toml
from eventpact.errors import ManifestError
from eventpact.schema import Level, Schema
from eventpact.schema.tree import Kind, Primitive, Record

__all__ = ["Manifest", "Package", "load_manifest", "load_texts"]

Made = TypeVar("Made")

_IDENTIFIER: Final = re.compile(r"[a-z][a-z0-9_]*")
_BYTES: Final = re.compile(r"-1|[0-9]+")


@dataclass(frozen=True, slots=True)
class Package:
    """A Python package to generate: its dotted name, the folder its top package stands in, and its schema files."""

    name: str
    out: Path
    schemas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What contracts.toml says, checked.

    ``schemas`` holds every schema file that a package, a contract or a dead letter names, parsed, the used before
    the users. File names are relative to the manifest's folder.
    """

    path: Path
    packages: tuple[Package, ...]
    contracts: tuple[Contract, ...]
    schemas: Mapping[str, Schema] = field(repr=False, hash=False)
    lint: LintSettings = field(default_factory=LintSettings)

    def contract(self, name: str) -> Contract:
        """The contract of that name, or of that event (full or simple name), or on that topic.

        Raises:
            ManifestError: there is none, or the name means several.
        """
        for matches in (
            [c for c in self.contracts if name in {c.name, c.event, c.topic.name}],
            [c for c in self.contracts if name == c.event.rpartition(".")[2]],
        ):
            if len(matches) == 1:
                return matches[0]
            if matches:
                several = ", ".join(c.name for c in matches)
                raise ManifestError(f"{name!r} may be one of several contracts: {several}", source=str(self.path))
        names = [name for c in self.contracts for name in (c.name, c.topic.name, c.event, c.event.rpartition(".")[2])]
        known = ", ".join(c.name for c in self.contracts) or "none"
        raise ManifestError(
            f"no contract is called {name!r}{did_you_mean(name, names)} (there are: {known})", source=str(self.path)
        )


def load_manifest(path: Path | str) -> Manifest:
    """The manifest at ``path``, with its schemas.

    Raises:
        ManifestError: the file is missing or wrong; it names file, line and key.
        SchemaError: a schema file is not valid Avro.
    """
    path = Path(path)
    tables, lint = _read_tables(path)
    packages = tuple(_package(name, tables[0].table(name), path) for name in tables[0])
    files = _schema_files(packages, tables, path)
    with named_below(path.parent, files):
        schemas = parse_all(files)
    contracts = tuple(_contract(name, tables[1].table(name), schemas) for name in tables[1])
    _no_shared_events(contracts, tables[1])
    _no_shared_topics(contracts, tables[1])
    return Manifest(path, packages, contracts, schemas, lint)


def load_texts(path: Path | str) -> tuple[dict[str, str], LintSettings]:
    """The text of every schema file, not parsed, and the settings for lint: for those who report on *every* file.

    Raises:
        ManifestError: the manifest is missing or wrong as far as it names files and settings.
    """
    path = Path(path)
    tables, lint = _read_tables(path)
    packages = tuple(_package(name, tables[0].table(name), path) for name in tables[0])
    return _schema_files(packages, tables, path), lint


def _read_tables(path: Path) -> tuple[tuple[Table, Table], LintSettings]:
    """The tables of packages and contracts; the rest of the top level is read and closed."""
    top = read_toml(_read(path), str(path))
    if (version := top.integer("version", 1)) != 1:
        raise top.error(f"version {version} is not known; this eventpact reads version 1", "version")
    tables = top.table("packages", required=False), top.table("contracts", required=False)
    lint = lint_settings(top.table("lint", required=False), tables[1])
    top.close()
    return tables, lint


def _package(name: str, table: Table, path: Path) -> Package:
    if not all(_IDENTIFIER.fullmatch(part) and not keyword.iskeyword(part) for part in name.split(".")):
        raise table.error(f"{name!r} is not a package name: lower-case identifiers with dots between them")
    package = Package(name, path.parent / table.text("out"), table.texts("schemas"))
    table.close()
    if not package.schemas:
        raise table.error("a package needs at least one schema file", "schemas")
    if len(set(package.schemas)) != len(package.schemas):
        raise table.error("a schema file is listed twice", "schemas")
    return package


def _schema_files(packages: tuple[Package, ...], tables: tuple[Table, Table], path: Path) -> dict[str, str]:
    """The text of every schema file that the manifest names; each must stand in the manifest's folder."""
    texts: dict[str, str] = {}
    owners: dict[str, str] = {}
    for package in packages:
        table = tables[0].table(package.name)
        for file in package.schemas:
            if (owner := owners.setdefault(file, package.name)) != package.name:
                raise table.error(f"{file} is generated into {owner} already", "schemas")
            texts[file] = _schema_text(file, table, "schemas", path)
    for name in tables[1]:
        table = tables[1].table(name)
        for holder in (table, table.table("dead_letter")) if "dead_letter" in table else (table,):
            if (named := holder.optional_text("schema")) is not None:
                texts[named] = _schema_text(named, holder, "schema", path)
    return texts


def _schema_text(file: str, table: Table, key: str, path: Path) -> str:
    pure = PurePosixPath(file)
    if pure.is_absolute() or ".." in pure.parts or "\\" in file or str(pure) != file:
        raise table.error(f"{file!r} must be a plain path below the manifest's folder", key)
    if pure.suffix != ".avsc":
        raise table.error(f"{file!r} is not an .avsc file", key)
    try:
        return (path.parent / file).read_bytes().decode()
    except UnicodeDecodeError:
        raise table.error(f"{file} is not UTF-8", key) from None
    except OSError as error:
        raise table.error(f"cannot read {path.parent / file}: {error.strerror}", key) from None


def _contract(name: str, table: Table, schemas: Mapping[str, Schema]) -> Contract:
    file = table.text("schema")
    schema = schemas[file]
    record = _event(table, schema)
    key = table.text("key")
    _check_key(table, key, record)
    topic = _topic(table.table("topic"), "name")
    level = Level[table.choice("compatibility", tuple(Level.__members__))]
    groups = table.texts("groups", required=False)
    table.choice("subject_strategy", ("topic-name",), "topic-name")  # the only one, and Contract's default
    dead_letter = _dead_letter(table.table("dead_letter"), topic, schemas) if "dead_letter" in table else None
    owner = table.optional_text("owner")
    table.table("lint", required=False)  # read by lint_settings
    table.close()
    return _checked(
        lambda: Contract(
            name, file, record.name, topic, key, level, groups=groups, dead_letter=dead_letter, owner=owner
        ),
        table,
    )


def _event(table: Table, schema: Schema) -> Record:
    name = table.optional_text("event") or schema.name
    found = schema.names.get(name) if name is not None else None
    if not isinstance(found, Record):
        records = ", ".join(n for n, named in schema.names.items() if isinstance(named, Record)) or "none"
        raise table.error(
            f"{name} is not a record of {schema.source} (its records: {records})"
            if name is not None
            else f"{schema.source} is no record; say with the key event which one is meant (its records: {records})",
            "event",
        )
    return found


def _check_key(table: Table, key: str, record: Record) -> None:
    found = next((f for f in record.fields if f.name == key), None)
    if found is None:
        raise table.error(
            f"{record.name} has no field {key!r} (fields: {', '.join(f.name for f in record.fields)})", "key"
        )
    if not isinstance(found.type, Primitive) or found.type.kind is not Kind.STRING:
        raise table.error(f"the key field {key!r} must be a string that is never null: it decides the partition", "key")


def _topic(table: Table, name_key: str) -> Topic:
    topic = _checked(
        lambda: Topic(table.text(name_key), table.integer("partitions"), _retention(table), _settings(table)), table
    )
    table.close()
    return topic


def _dead_letter(table: Table, source: Topic, schemas: Mapping[str, Schema]) -> DeadLetterTopic:
    name = table.text("topic")
    schema = table.optional_text("schema")
    if schema is not None and not isinstance(schemas[schema].names.get(schemas[schema].name or ""), Record):
        raise table.error(f"{schema} is no record", "schema")
    partitions = table.integer("partitions", source.partitions)
    topic = _checked(lambda: Topic(name, partitions, _retention(table), _settings(table)), table)
    retries, group = table.integer("max_retries", 3), table.text("group")
    form: LetterFormat = "raw" if table.choice("format", ("envelope", "raw"), "envelope") == "raw" else "envelope"
    table.close()
    return _checked(lambda: DeadLetterTopic(topic, retries, group, schema, form), table)


def _retention(table: Table) -> int | None:
    value = table.value("retention")
    try:
        return milliseconds(value)
    except ValueError as error:
        raise table.error(str(error), "retention") from None


def _settings(table: Table) -> dict[str, str]:
    settings = table.table("settings", required=False)
    return dict(_setting(settings, key) for key in settings)


def _setting(settings: Table, key: str) -> tuple[str, str]:
    match settings.value(key):
        case bool() as flag:
            text = "true" if flag else "false"
        case str() | int() | float() as value:
            text = str(value)
        case _:
            raise settings.error("a topic setting is a text, a number, true or false", key)
    # A plan compares it with what the topic keeps now.
    if key == "retention.bytes" and _BYTES.fullmatch(text) is None:
        raise settings.error("retention.bytes is a whole number of bytes, or -1 for no limit", key)
    return key, text


def _no_shared_events(contracts: tuple[Contract, ...], table: Table) -> None:
    """A class finds its contract by the event's name."""
    owners: dict[str, str] = {}
    for contract in contracts:
        if (owner := owners.setdefault(contract.event, contract.name)) != contract.name:
            raise table.table(contract.name).error(f"{contract.event} has the contract {owner} already", "event")


def _no_shared_topics(contracts: tuple[Contract, ...], table: Table) -> None:
    """Kafka's metrics do not tell ``.`` from ``_``, so brokers refuse two such names, too."""
    users: dict[str, str] = {}
    for contract in contracts:
        topics = [contract.topic, *([contract.dead_letter.topic] if contract.dead_letter else [])]
        for topic in topics:
            other = users.setdefault(topic.name.replace(".", "_"), f"{contract.name} ({topic.name})")
            if other != f"{contract.name} ({topic.name})":
                raise table.table(contract.name).error(f"topic {topic.name} is used by {other} already", "topic")


def _checked(make: Callable[[], Made], table: Table) -> Made:
    try:
        return make()
    except ValueError as error:
        raise table.error(str(error)) from None


def _read(path: Path) -> str:
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError:
        raise ManifestError("not UTF-8", source=str(path)) from None
    except FileNotFoundError:
        raise ManifestError(
            "there is no manifest; go to the folder above schemas/, name the file with --manifest,"
            " or begin a repository with `eventpact init`",
            source=str(path),
        ) from None
    except OSError as error:
        raise ManifestError(f"cannot read it: {error.strerror}", source=str(path)) from None
    if text.startswith("\ufeff"):
        raise ManifestError("starts with a byte order mark; save it as UTF-8 without one", source=str(path), line=1)
    return text

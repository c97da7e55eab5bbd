"""The contract test of every event: the classes that ship, the zoo's, and those of several files.

Events are drawn by the generated strategies, so they obey the constraints and reach the edges. A schema that the
manifest names is tested without a line here, and so is every version of it that was released.
"""

from __future__ import annotations

import dataclasses
import io
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import avro.io
import avro.name
import avro.schema
import fastavro
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventpact.codec import Codec
from eventpact.codec.classes import Classes, classes_of
from eventpact.codec.model import Model
from eventpact.codec.plain_read import PlainReader
from eventpact.codec.plain_write import PlainWriter
from eventpact.codec.reading import Reading
from eventpact.codec.survey import survey
from eventpact.contract import load_manifest
from eventpact.schema import Schema, resolve
from eventpact.schema.tree import Array, EnumType, Fixed, Map, Primitive, Record, Ref, Type, Union
from eventpact_compat.history import read_history
from tests.codec.generated import import_generated
from tests.codec.oracle import datum
from tests.zoo.animals import ANIMALS, SHOP

ROOT = Path(__file__).parents[2]
MANIFEST = load_manifest(ROOT / "schemas" / "contracts.toml")
# A recursive schema may draw many trees that are too deep before one that is not.
FEW = settings(
    max_examples=8,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


def has_event(text: str) -> bool:
    """True for a schema file whose root is a record."""
    root = json.loads(text)
    return isinstance(root, dict) and root["type"] in {"record", "error"}


@dataclass(frozen=True, slots=True)
class Case:
    """Where an event's class comes from: a package that is there, or schemas to generate one from."""

    name: str
    module: str
    schemas: tuple[tuple[str, str], ...] = ()


SHIPPED = [Case(file, f"{package.name}.{Path(file).stem}") for package in MANIFEST.packages for file in package.schemas]
SHOP_TEXTS = tuple((path.name, path.read_text()) for path in sorted(SHOP.glob("*.avsc")))
CASES = [
    *SHIPPED,
    *(Case(a.name, a.name, ((a.file, a.text),)) for a in ANIMALS if a.expressible and has_event(a.text)),
    *(Case(f"shop/{file}", Path(file).stem, SHOP_TEXTS) for file, text in SHOP_TEXTS if has_event(text)),
]


class Event:
    """An event's class with everything that the promises are checked with."""

    def __init__(self, module: Any) -> None:
        self.cls: Any = next(c for c in module.AVRO_TYPES.values() if _is_event_of(c, module))
        self.codec: Codec[Any] = Codec(self.cls)
        self.schema: Schema = self.codec.schema
        self.classes: Classes = classes_of(self.cls, self.schema)
        self.model = Model(self.schema, self.classes)
        strategies = import_module(f"{module.__name__.rpartition('.')[0]}.strategies")
        self.drawn: st.SearchStrategy[Any] = strategies.EVENT_STRATEGIES[self.cls.AVRO_NAME]()


def _is_event_of(cls: type, module: Any) -> bool:
    return cls.__module__ == module.__name__ and hasattr(cls, "SCHEMA_TEXT")


@cache
def _generated(schemas: tuple[tuple[str, str], ...], module: str) -> Any:
    return import_generated(dict(schemas), module)


@cache
def event_of(case: Case) -> Event:
    return Event(_generated(case.schemas, case.module) if case.schemas else import_module(case.module))


every_event = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@every_event
@FEW
@given(data=st.data())
def test_an_event_comes_back(data: st.DataObject, case: Case) -> None:
    event_class = event_of(case)
    event = data.draw(event_class.drawn)

    assert event_class.codec.decode(event_class.codec.encode(event)) == event


@every_event
@FEW
@given(data=st.data())
def test_the_fast_codec_says_what_the_plain_one_says(data: st.DataObject, case: Case) -> None:
    made = event_of(case)
    event = data.draw(made.drawn)
    body = made.codec.encode(event)

    assert body == PlainWriter(made.model).encode(event)
    assert made.codec.decode(body) == PlainReader(_reading(made, made.schema), body).decode()


@every_event
@FEW
@given(data=st.data())
def test_bytes_are_fastavros(data: st.DataObject, case: Case) -> None:
    made = event_of(case)
    event = data.draw(made.drawn)

    assert made.codec.encode(event) == _fastavro_bytes(
        made.schema, datum(made.schema, made.schema.root, made.classes, event)
    )


@pytest.mark.filterwarnings("ignore::avro.errors.AvroWarning")
@every_event
@FEW
@given(data=st.data())
def test_the_official_library_reads_them(data: st.DataObject, case: Case) -> None:
    """The same values, and all of the bytes."""
    made = event_of(case)
    event = data.draw(made.drawn)
    body = io.BytesIO(made.codec.encode(event))
    schema = _avro_schema(made.schema)
    theirs = avro.io.DatumReader(schema, schema).read(avro.io.BinaryDecoder(body))

    assert body.read() == b""
    assert _agree(made, made.schema.root, event, theirs)


@every_event
@FEW
@given(data=st.data())
def test_repr_does_not_depend_on_personal_data(data: st.DataObject, case: Case) -> None:
    """Two events that differ in tagged fields only look the same, at any depth."""
    made = event_of(case)
    one, other = data.draw(made.drawn), data.draw(made.drawn)

    assert repr(_with_personal_data_of(one, other)) == repr(one)


def _with_personal_data_of(one: Any, other: Any) -> Any:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return tuple(map(_with_personal_data_of, one, other)) + one[len(other) :]
    if type(one) is not type(other) or not hasattr(one, "PII_FIELDS"):
        return one
    return dataclasses.replace(
        one,
        **{
            field.name: getattr(other, field.name)
            if field.name in one.PII_FIELDS
            else _with_personal_data_of(getattr(one, field.name), getattr(other, field.name))
            for field in dataclasses.fields(one)
        },
    )


def _versions() -> list[tuple[str, str, str, str, str]]:
    """(contract, writer, its text, reader, its text): all pairs of what was released and what is there today."""
    found: list[tuple[str, str, str, str, str]] = []
    for contract in MANIFEST.contracts:
        histories = {contract.name: contract.schema}
        if contract.dead_letter is not None and contract.dead_letter.schema is not None:
            histories[f"{contract.name}.dead_letter"] = contract.dead_letter.schema
        for name, file in histories.items():
            released, problems = read_history(ROOT / "compat" / "history" / name, name)
            assert released and not problems, problems  # noqa: PT018
            texts = [(f"v{one.number}", one.text) for one in released]
            texts.append(("today", MANIFEST.schemas[file].text))
            found += [(name, *writer, *reader) for writer, reader in itertools.product(texts, texts)]
    return found


@pytest.mark.parametrize(
    ("contract", "writer", "writer_text", "reader", "reader_text"),
    [pytest.param(*pair, id=f"{pair[0]}-{pair[1]}-read-as-{pair[3]}") for pair in _versions()],
)
@FEW
@given(data=st.data())
def test_every_version_reads_every_other(
    data: st.DataObject, contract: str, writer: str, writer_text: str, reader: str, reader_text: str
) -> None:
    """And takes from it what fastavro takes from it."""
    old = event_of(Case(f"{contract}-{writer}", "version", (("version.avsc", writer_text),)))
    new = event_of(Case(f"{contract}-{reader}", "version", (("version.avsc", reader_text),)))
    body = old.codec.encode(data.draw(old.drawn))
    event = new.codec.decoder(old.schema)(body)
    resolved = fastavro.schemaless_reader(io.BytesIO(body), _fastavro_schema(old.schema), _fastavro_schema(new.schema))

    assert type(event) is new.cls
    assert event == PlainReader(_reading(new, old.schema), body).decode()
    assert new.codec.encode(event) == _fastavro_bytes(new.schema, resolved)


def test_every_contract_has_a_case() -> None:
    """So nobody can add an event and forget this file."""
    names = {case.name for case in SHIPPED}

    assert {contract.schema for contract in MANIFEST.contracts} <= names
    assert len(CASES) >= 70


def _reading(reader: Event, writer: Schema) -> Reading:
    return Reading(reader.model, writer, survey(writer.names), resolve(reader.schema, writer))


def _fastavro_schema(schema: Schema) -> Any:
    named: dict[str, Any] = {}
    for text in schema.references.values():
        fastavro.parse_schema(json.loads(text), named_schemas=named)
    return fastavro.parse_schema(json.loads(schema.text), named_schemas=named)


def _fastavro_bytes(schema: Schema, value: Any) -> bytes:
    out = io.BytesIO()
    fastavro.schemaless_writer(out, _fastavro_schema(schema), value)
    return out.getvalue()


def _avro_schema(schema: Schema) -> Any:
    names = avro.name.Names()
    for text in schema.references.values():
        avro.schema.make_avsc_object(json.loads(text), names)
    return avro.schema.make_avsc_object(json.loads(schema.text), names)


def _agree(made: Event, type_: Type, ours: Any, theirs: Any) -> bool:
    """The same value, where the library may leave a logical type it does not know as it travels."""
    match type_:
        case Array(items):
            return len(ours) == len(theirs) and all(
                _agree(made, items, one, other) for one, other in zip(ours, theirs, strict=True)
            )
        case Map(values):
            return _same_keys(ours, theirs) and all(_agree(made, values, ours[key], theirs[key]) for key in ours)
        case Union(branches):
            branch = next(b for b in branches if made.model.python(b) is type(ours))
            return _agree(made, branch, ours, theirs)
        case Ref(name):
            match made.schema.names[name]:
                case Record(fields=fields):
                    attributes = made.classes.records[name].attributes
                    return all(
                        _agree(made, field.type, getattr(ours, attribute), theirs[field.name])
                        for field, attribute in zip(fields, attributes, strict=True)
                    )
                case EnumType():
                    return bool(str(ours) == theirs)
                case Fixed() as fixed:
                    return theirs in (ours, made.model.leaf(fixed).write(ours))
        case Primitive():
            return theirs in (ours, made.model.leaf(type_).write(ours))


def _same_keys(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    return ours.keys() == theirs.keys()

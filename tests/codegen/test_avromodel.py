"""The flavour for dataclasses-avroschema: what it takes means the same there; the rest is refused."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import fastavro.schema
import pytest
from hypothesis import HealthCheck, given, settings

from eventpact.codec import Codec
from eventpact.errors import ExpressionError
from eventpact_codegen import generate, write
from tests.codegen.loading import field, record
from tests.zoo.animals import ANIMALS, Animal

QUICK = settings(max_examples=10, database=None, suppress_health_check=list(HealthCheck), deadline=None)


def takes(animal: Animal) -> bool:
    try:
        generate({animal.file: animal.text}, package="taken", base="avromodel")
    except ExpressionError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Everyday:
    """What no animal has without a trap beside it: every type that is taken, alone, in containers, nullable."""

    name: str = "everyday"
    file: str = "everyday.avsc"

    @property
    def text(self) -> str:
        types = [*_TYPES, {"type": "array", "items": ["null", "long"]}, {"type": "map", "values": ["string", "null"]}]
        types += [{"type": "array", "items": one} for one in _TYPES] + [
            {"type": "map", "values": one} for one in _TYPES
        ]
        fields = [field(f"plain_{i}", one) for i, one in enumerate(types)]
        fields += [field(f"first_{i}", ["null", one], default=None) for i, one in enumerate(_TYPES)]
        fields += [field(f"last_{i}", [one, "null"]) for i, one in enumerate(_TYPES)]
        fields.append(field("many", {"type": "array", "items": "string"}, default=[]))
        fields.append(field("named", {"type": "map", "values": "long"}, default={}))
        return record("Everyday", *fields)


_MICROS = ("time-micros", "timestamp-millis", "timestamp-micros", "local-timestamp-millis", "local-timestamp-micros")
_TYPES: tuple[object, ...] = (
    *("boolean", "int", "long", "float", "double", "bytes", "string"),
    {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2},
    {"type": "string", "logicalType": "uuid"},
    {"type": "int", "logicalType": "date"},
    {"type": "int", "logicalType": "time-millis"},
    *({"type": "long", "logicalType": name} for name in _MICROS),
)
TAKEN: list[Animal | Everyday] = [a for a in ANIMALS if a.expressible and takes(a)]
TAKEN.append(Everyday())


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("avromodel")
    for animal in TAKEN:
        write(generate({animal.file: animal.text}, package=f"das_{animal.name}", base="avromodel"), folder)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    yield folder
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.startswith("das_")]:
        del sys.modules[name]


def module_of(animal: Animal | Everyday) -> ModuleType:
    return importlib.import_module(f"das_{animal.name}.{animal.name}")


def event_of(animal: Animal | Everyday) -> Any:
    return next(cls for cls in module_of(animal).AVRO_TYPES.values() if hasattr(cls, "SCHEMA_TEXT"))


def test_it_takes_what_people_mostly_write() -> None:
    assert {"enum_with_default", "nested_records", "null_without_default"} <= {animal.name for animal in TAKEN}
    assert len(TAKEN) >= 20


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("animal", TAKEN, ids=lambda animal: animal.name)
def test_the_librarys_schema_is_ours(animal: Animal | Everyday) -> None:
    theirs, ours = json.loads(event_of(animal).avro_schema()), json.loads(animal.text)

    assert _canonical(theirs) == _canonical(ours)
    assert _defaults(theirs) == _defaults(ours)


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("animal", TAKEN, ids=lambda animal: animal.name)
def test_the_librarys_bytes_are_ours(animal: Animal | Everyday) -> None:
    """The classes are event classes, too: our codec takes them, and both write the same."""
    codec = Codec(event_of(animal))
    make = next(iter(importlib.import_module(f"das_{animal.name}.strategies").EVENT_STRATEGIES.values()))

    @QUICK
    @given(make())
    def same(event: Any) -> None:
        assert event.serialize() == codec.encode(event)
        assert codec.decode(codec.encode(event)) == event

    same()


@pytest.mark.parametrize("animal", TAKEN, ids=lambda animal: animal.name)
def test_annotations_are_no_texts(root: Path, animal: Animal | Everyday) -> None:
    text = (root / f"das_{animal.name}" / f"{animal.name}.py").read_text()

    assert "from __future__ import annotations" not in text


@pytest.mark.parametrize(
    ("type_", "says"),
    [
        ({"type": "fixed", "name": "F", "size": 2}, "a fixed"),
        (["null", "int", "string"], "a union of more than null"),
        ({"type": "long", "logicalType": "timestamp-nanos"}, "timestamp-nanos"),
        (["null", {"type": "array", "items": "string"}], "an array in a union"),
        (["null", {"type": "map", "values": ["null", "string"]}], "a union within a union"),
        (["null", "t.R"], "holds itself"),
    ],
)
def test_what_it_would_get_wrong_is_refused(type_: object, says: str) -> None:
    with pytest.raises(ExpressionError, match=says) as caught:
        generate({"r.avsc": record("R", field("x", type_))}, package="p", base="avromodel")

    assert caught.value.source == "r.avsc"
    assert "or generate without --base avromodel" in caught.value.hint


@pytest.mark.parametrize("width", [88, 120])
def test_the_formatter_changes_nothing(root: Path, width: int) -> None:
    command = [str(Path(sys.executable).parent / "ruff"), "format", "--isolated", "--line-length", str(width), "--diff"]
    done = subprocess.run([*command, str(root)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_mypy_strict_has_nothing_to_say(root: Path) -> None:
    config = root / "mypy.ini"
    config.write_text("[mypy]\nstrict = True\n")
    command = [str(Path(sys.executable).parent / "mypy"), "--config-file", str(config), "--cache-dir", f"{root}/.cache"]
    done = subprocess.run([*command, "."], cwd=root, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_personal_data_stays_masked(root: Path, tmp_path: Path) -> None:
    schema = record("P", field("mail", "string", pii=True), field("n", "int"))
    write(generate({"p.avsc": schema}, package="das_p", base="avromodel"), root)
    importlib.invalidate_caches()
    cls: Any = importlib.import_module("das_p").P

    assert repr(cls(mail="a@b.example", n=1)) == "P(mail=***, n=1)"


def _canonical(schema: dict[str, Any]) -> str:
    return str(fastavro.schema.to_parsing_canonical_form(schema))


def _defaults(schema: object) -> list[tuple[str, object]]:
    """(name, default) of every field, in the order of the text."""
    found: list[tuple[str, object]] = []
    if isinstance(schema, list):
        return [pair for one in schema for pair in _defaults(one)]
    if isinstance(schema, dict):
        for one in schema.get("fields", ()):
            found += [(one["name"], one["default"])] if "default" in one else []
        for key in ("type", "items", "values", "fields"):
            found += _defaults(schema.get(key))
    return found

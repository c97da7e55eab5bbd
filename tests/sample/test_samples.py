"""Samples: what is printed can be encoded, obeys the constraints, and shows no personal data by accident."""

from __future__ import annotations

import builtins
import json
import random
import re
from typing import Any
from uuid import UUID

import pytest

from eventpact.cli.app import run
from eventpact.codec import Codec
from eventpact.codec.json_form import JsonForm
from eventpact.errors import SampleError
from eventpact.sample import samples
from eventpact.sample.proposals import proposals
from ingestion_events import IngestionEvent
from tests.codec.generated import import_generated
from tests.codegen.loading import field, record
from tests.zoo.animals import ANIMALS, Animal

WITH_EVENT = [a for a in ANIMALS if a.expressible and not a.name.startswith("root_")]


def made(text: str) -> Any:
    module = import_generated({"made.avsc": text}, "made")
    return next(cls for cls in module.AVRO_TYPES.values() if hasattr(cls, "SCHEMA_TEXT"))


@pytest.mark.parametrize("animal", WITH_EVENT, ids=lambda animal: animal.name)
def test_every_animal_has_samples(animal: Animal) -> None:
    """`samples` encodes each event itself; here it goes there and back, as bytes and as JSON."""
    cls = made(animal.text)
    codec, form = Codec(cls), JsonForm(Codec(cls))
    for event in samples(cls, 5, seed=1):
        assert codec.decode(codec.encode(event)) == event
        assert form.parse(json.dumps(form.write(event))) == event


def test_constraints_hold() -> None:
    for event in samples(IngestionEvent, 20, seed=3):
        assert str(UUID(event.tenant_id)) == event.tenant_id
        assert re.fullmatch(r"[0-9a-f]{64}", event.file_hash)
        assert event.s3_uri


def test_bounds_and_lengths_hold() -> None:
    schema = record(
        "Bounds",
        field("small", "int", minimum=-3, maximum=2.5),
        field("ratio", {"type": "double", "minimum": 0.25}, maximum=0.5),
        field("price", {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}, minimum=1),
        field("code", "string", minLength=2, maxLength=3),
        field("line", "string", pattern="^[a-c]+$", maxLength=4),
    )
    for event in samples(made(schema), 30, seed=2):
        assert -3 <= event.small <= 2
        assert 0.25 <= event.ratio <= 0.5
        assert 1 <= event.price < 100
        assert 2 <= len(event.code) <= 3
        assert re.fullmatch("[a-c]{1,4}", event.line)


@pytest.mark.parametrize(
    ("pattern", "whole"),
    [
        ("^[0-9a-f]{128}$", "[0-9a-f]{128}"),
        ("(?:^|,)x(?:$|,)", ",?x,?"),
        ("^(?=.*[0-9])(?!0)[a-z0-9]+$", "(?!0)[a-z]*[0-9][a-z0-9]*"),
        # Python's `re` finds the match of what fits; on any other text it would go on for hours.
        ("^((((a*)*)*)*)*b$", "a*b"),
        (r"^(((\w+)+)+)+-$", "[a-z0-9]+-"),
        ("^(?:(?:x+x+)+x+)+y$", "xxx+y"),
    ],
)
def test_a_text_is_written_from_its_pattern(pattern: str, whole: str) -> None:
    schema = record("Texts", field("code", "string", pattern=pattern))

    assert all(re.fullmatch(whole, event.code) for event in samples(made(schema), 20, seed=1))


def test_each_alternative_is_drawn() -> None:
    schema = record("Either", field("code", "string", pattern="^(EUR|USD)$"))

    assert {event.code for event in samples(made(schema), 20, seed=1)} == {"EUR", "USD"}


@pytest.mark.parametrize("bounds", [{"maxLength": 2}, {"minLength": 60}])
def test_a_repeat_without_end_takes_the_lengths_into_account(bounds: dict[str, int]) -> None:
    schema = record("Lengths", field("code", "string", pattern="^[a-z]+$", **bounds))

    assert len(list(samples(made(schema), 20, seed=1))) == 20


def test_a_seed_repeats_itself() -> None:
    first = list(samples(IngestionEvent, 5, seed=7))

    assert list(samples(IngestionEvent, 5, seed=7)) == first
    assert list(samples(IngestionEvent, 5, seed=8)) != first


def test_the_library_proposes_where_it_can() -> None:
    """Its texts are twenty letters of either case; ours are small ones."""
    easy = made(record("Easy", field("name", "string")))
    hard = made(record("Hard", field("name", "string"), field("f", {"type": "fixed", "name": "F", "size": 2})))
    proposed = list(samples(easy, 5, seed=1))

    assert any(event.name != event.name.lower() for event in proposed)
    assert all(event.name == event.name.lower() for event in samples(hard, 5, seed=1))


def test_null_is_among_the_samples() -> None:
    """The library itself never proposes null where that is the default."""
    paths = {event.source_path is None for event in samples(IngestionEvent, 30, seed=1)}

    assert paths == {True, False}


def test_constraints_without_a_value_are_told() -> None:
    never = made(record("Never", field("code", "string", pattern="^a{5}$", maxLength=4)))

    with pytest.raises(SampleError, match="the constraints of the field code"):
        list(samples(never, 1))


def test_the_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = builtins.__import__

    def without_faker(name: str, *rest: Any, **named: Any) -> Any:
        if name == "faker":
            raise ImportError("No module named 'faker'", name="faker")
        return found(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without_faker)

    with pytest.raises(SampleError, match=r"not installed \(faker\); run: pip install 'eventpact\[sample\]'"):
        list(samples(IngestionEvent, 1))


def test_the_command_masks_unless_told_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["sample", "IngestionEvent", "-n", "3", "--seed", "5"]
    assert run(arguments) == 0
    masked = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert run([*arguments, "--reveal"]) == 0
    lines = capsys.readouterr().out.splitlines()
    shown = [json.loads(line) for line in lines]

    assert len(masked) == 3
    assert all(event["original_filename"] == "***" for event in masked)
    assert [e["tenant_id"] for e in masked] == [e["tenant_id"] for e in shown]
    form, codec = JsonForm(Codec(IngestionEvent)), Codec(IngestionEvent)
    assert all(codec.encode(form.parse(line)) for line in lines)


def test_the_command_speaks_python(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sample", "IngestionEvent", "-n", "1", "--format", "repr"]) == 0
    assert re.match(r"IngestionEvent\(tenant_id='.*original_filename=\*\*\*", capsys.readouterr().out)


def test_proposals_are_of_the_librarys_class() -> None:
    easy = made(record("Easy", field("name", "string")))
    proposed: Any = proposals(Codec(easy), random.Random(1))()

    assert type(proposed) is not easy
    assert isinstance(proposed.name, str)

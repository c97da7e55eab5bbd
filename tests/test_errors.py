"""The error tree: as it is drawn, and whole after a journey between processes."""

import pickle
import re
from collections.abc import Iterator

import pytest

from eventpact import errors
from eventpact.errors import EventpactError

MADE: list[EventpactError] = [
    errors.SchemaError("a record needs fields", source="a.avsc", line=3, column=5, pointer="/fields"),
    errors.ExpressionError("two names clash", source="a.avsc", pointer="/fields/1", hint="rename one"),
    errors.ManifestError("must be text", source="contracts.toml", key="contracts.a.key", line=7),
    errors.SettingsError("KAFKA_PRODUCER_ACKS", "expected all"),
    errors.EncodeError("must be aware", path="$.timestamp", rule="type"),
    errors.DecodeError("ends too early", path="$.lines[2]", schema="shop.Order", offset=7),
    errors.ResolutionError("cannot read", ("a", "b")),
    errors.IncompatibleError("refused", status=409, code=409, reasons=("a",)),
    errors.UnavailableError("nobody answered", status=503),
    errors.DeliveryError("two are missing", code="_MSG_TIMED_OUT", failed=2, maybe=1),
]


def tree(cls: type[EventpactError] = EventpactError) -> Iterator[type[EventpactError]]:
    yield cls
    for below in cls.__subclasses__():
        if below.__module__ == errors.__name__:
            yield from tree(below)


def test_the_drawn_tree_is_the_tree() -> None:
    drawn = re.findall(r"^[| `-]*(\w+(?:Error|Stopped|Aborted))\b", errors.__doc__ or "", re.MULTILINE)

    assert sorted(drawn) == sorted(cls.__name__ for cls in tree())


def test_every_error_is_listed_at_the_door() -> None:
    assert sorted(errors.__all__) == sorted(cls.__name__ for cls in tree())


@pytest.mark.parametrize("error", MADE, ids=lambda error: type(error).__name__)
def test_an_error_survives_a_journey_between_processes(error: EventpactError) -> None:
    error.add_note("a note")

    arrived = pickle.loads(pickle.dumps(error))

    assert (type(arrived), str(arrived), vars(arrived)) == (type(error), str(error), vars(error))


def test_a_place_is_file_line_and_column() -> None:
    assert str(MADE[0]) == "a.avsc:3:5: a record needs fields (at /fields)"
    assert str(MADE[5]) == "$.lines[2]: ends too early (shop.Order, byte 7)"

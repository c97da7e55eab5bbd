"""Sample events of one class."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast

from eventpact.codec import Codec
from eventpact.codec.classes import classes_of
from eventpact.codec.model import Model
from eventpact.sample.filling import Filling
from eventpact.sample.proposals import proposals

__all__ = ["samples"]

E = TypeVar("E")


def samples(event_class: type[E], count: int, seed: int | None = None) -> Iterator[E]:
    """``count`` events that the codec takes; the same ones for the same ``seed`` and the same versions.

    Raises:
        SampleError: the extra ``sample`` is not installed, or the schema's constraints leave no value.
    """
    rng = random.Random(seed)  # noqa: S311  # samples are no secrets
    codec: Codec[Any] = Codec(event_class)
    fake = proposals(codec, rng)
    filling = Filling(Model(codec.schema, classes_of(event_class, codec.schema)), rng)
    for _ in range(count):
        event = cast(E, filling.event(_proposed(fake, rng)))
        codec.encode(event)
        yield event


def _proposed(fake: Callable[[], object], rng: random.Random) -> object:
    """What the library proposes. It draws branches and symbols from the one generator that all code shares."""
    before = random.getstate()
    random.seed(rng.getrandbits(64))
    try:
        return fake()
    finally:
        random.setstate(before)

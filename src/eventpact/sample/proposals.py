"""Proposals by dataclasses-avroschema's ``.fake()``, for schemas that its classes say exactly."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from eventpact.codec import Codec
from eventpact.errors import ExpressionError, SampleError, SchemaError
from eventpact_codegen import generate
from eventpact_compat.golden.classes import event_class

__all__ = ["proposals"]


def proposals(codec: Codec[Any], rng: Random) -> Callable[[], object]:
    """A function that proposes an event of *its* class, or ``None`` where that library has no class for the schema.

    The class is made from our text (`eventpact generate --base avromodel`), never by the library's own generator, and
    stands in a module of its own. Without the extra: SampleError.
    """
    try:
        from dataclasses_avroschema.fields import fields  # noqa: F401  # what it needs is loaded, or missing, here
        from faker import Faker
    except ImportError as error:
        raise SampleError(
            f"samples need packages that are not installed ({error.name}); run: pip install 'eventpact[sample]'"
        ) from None
    schema = codec.schema
    try:
        files = generate({"sample.avsc": schema.text}, package="sample", base="avromodel")
    except (ExpressionError, SchemaError):
        return lambda: None
    found = event_class(files, schema.name or "")
    if found is None:
        return lambda: None
    # One generator serves all of faker.
    Faker.seed(rng.getrandbits(64))
    fake: Callable[[], object] = found.fake
    return fake

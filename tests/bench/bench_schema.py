"""Parsing and checking large schemas beside avro.compatibility: `python -m tests.bench.bench_schema [ROUNDS]`.

Ours is parse plus self-check; theirs is the check alone, on a schema parsed before. A ratio is theirs by the best of
three of ours, taken right before it, both in processor time. Theirs is quadratic: it is stopped once it has taken
twice what the promise allows, and the ratio is then a lower bound. Fails when a promise is not kept.
"""

from __future__ import annotations

import gc
import json
import signal
import sys
from collections.abc import Callable
from functools import partial
from time import process_time
from typing import Any

import avro.compatibility
import avro.schema

from eventpact.schema import check, parse

KINDS = ("string", "long", "double", "boolean")
PROMISES = {5_000: 15.0, 20_000: 50.0}
DOUBLING = 2.3


def flat(fields: int) -> str:
    """A record with many plain fields: anything else costs avro far more than it costs us."""
    listed = [{"name": f"field_{number}", "type": KINDS[number % len(KINDS)]} for number in range(fields)]
    return json.dumps({"type": "record", "name": "Wide", "namespace": "bench", "fields": listed})


def nested(depth: int) -> str:
    text = '"int"'
    for number in range(depth):
        text = f'{{"type":"record","name":"R{number}","fields":[{{"name":"f","type":["null",{text}]}}]}}'
    return text


def union(branches: int) -> str:
    one = [{"name": "a", "type": "int"}]
    return json.dumps([{"type": "record", "name": f"R{number}", "fields": one} for number in range(branches)])


def seconds(work: Callable[[], object]) -> float:
    # Like timeit: without the collector, whose full passes come at a few sizes and not at others.
    gc.collect()
    gc.disable()
    try:
        start = process_time()
        work()
        return process_time() - start
    finally:
        gc.enable()


def best(work: Callable[[], object], rounds: int) -> float:
    return min(seconds(work) for _ in range(rounds))


def ours(text: str) -> None:
    schema = parse(text)
    assert check(schema, schema) == []


def theirs(text: str) -> Callable[[], None]:
    schema = avro.schema.parse(text)
    checker: Any = avro.compatibility.ReaderWriterCompatibilityChecker
    compatible = avro.compatibility.SchemaCompatibilityType.compatible

    def run() -> None:
        assert checker().get_compatibility(schema, schema).compatibility is compatible

    return run


class EnoughError(Exception):
    """The promise is kept twice over."""


def enough(*_: object) -> None:
    raise EnoughError


def ratio(text: str, promised: float) -> tuple[float, float, bool]:
    """(our seconds, theirs by ours, is that a lower bound?)"""
    run = theirs(text)
    mine = best(partial(ours, text), 3)
    signal.signal(signal.SIGPROF, enough)
    signal.setitimer(signal.ITIMER_PROF, 2 * promised * mine)
    try:
        return mine, seconds(run) / mine, False
    except EnoughError:
        return mine, 2 * promised, True
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def main(rounds: int) -> int:
    failed = 0
    for fields, promised in PROMISES.items():
        found = [ratio(flat(fields), promised) for _ in range(rounds)]
        mine, times_faster, bound = sorted(found, key=lambda one: one[1])[len(found) // 2]
        failed += times_faster < promised
        more = "more than " if bound else ""
        print(
            f"{fields:6} fields: {1000 * mine:.1f} ms, {more}{times_faster:.0f} times faster (promised {promised:.0f})"
        )
    times = {fields: best(partial(ours, flat(fields)), 2 * rounds + 1) for fields in (5_000, 10_000, 20_000, 40_000)}
    for half, fields in ((5_000, 10_000), (10_000, 20_000), (20_000, 40_000)):
        growth = times[fields] / times[half]
        failed += growth > DOUBLING
        print(f"{half:6} -> {fields} fields: {growth:.2f} times the time (at most {DOUBLING})")
    for label, text in {"1,000 nested records": nested(1000), "union of 400 records": union(400)}.items():
        print(f"{label}: parse + check {1000 * best(partial(ours, text), rounds):.1f} ms")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3))

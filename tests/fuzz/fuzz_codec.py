"""Mutated bodies, by the million: `python -m tests.fuzz.fuzz_codec [CASES] [SEED]`.

Schemas are evolutions, seeded; bodies are made on the wire and then damaged: bytes changed, cut, added, repeated,
numbers made huge. Every case must end in an event or a DecodeError, in bounded time; the plain decoder must give the
same event. Every hundredth event that was read is also written and read again.
"""

from __future__ import annotations

import json
import math
import random
import sys
from collections import Counter
from collections.abc import Iterator
from time import perf_counter
from typing import Any

from eventpact.codec import Codec
from eventpact.codec.classes import classes_of
from eventpact.codec.model import Model
from eventpact.codec.plain_read import PlainReader
from eventpact.codec.reading import Reading
from eventpact.codec.survey import survey
from eventpact.errors import DecodeError, EncodeError, ExpressionError, ResolutionError
from eventpact.schema import parse, resolve
from tests.codec.bodies import Endless, body_of
from tests.codec.made import made
from tests.schema.draw import seeded_evolutions

PER_PAIR = 1_000
HUGE = (
    b"\xff\xff\xff\xff\x0f",
    b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    b"\x80" * 9 + b"\x01",
    b"\x01",
    b"\x80\x80",
)
SLOW = 1.0


def main() -> int:
    """Exit code 1 when a case broke a promise."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    counts: Counter[str] = Counter()
    start = perf_counter()
    broken = [fault for reading, body in _cases(seed, cases, counts) if (fault := _judge(reading, body, counts))]
    done = counts["read"] + counts["refused"]
    print(f"seed {seed}: {done} cases in {perf_counter() - start:.0f} s")
    print(", ".join(f"{count} {name}" for name, count in sorted(counts.items())))
    for fault in broken[:20]:
        print(fault)
    return 1 if broken else 0


def _cases(seed: int, cases: int, counts: Counter[str]) -> Iterator[tuple[Any, bytes]]:
    dice = random.Random(seed)
    done = 0
    for old, new in seeded_evolutions(seed, cases):
        for reader_text, writer_text in ((old, new), (new, old), (new, new)):
            subject = _subject(reader_text, writer_text)
            if subject is None:
                continue
            counts["pairs"] += 1
            bodies = list(_bodies(subject[0].writer, dice))
            for _ in range(PER_PAIR if bodies else 0):
                yield subject, _damaged(dice.choice(bodies), dice)
                done += 1
                if done == cases:
                    return


def _subject(reader_text: str, writer_text: str) -> Any:
    """(reading, codec, decode) of a pair that can be read, else None."""
    try:
        cls = made(_wrapped(reader_text))
        codec: Codec[Any] = Codec(cls)
        writer = parse(_wrapped(writer_text))
        decode = codec.decoder(writer)
    except (ExpressionError, ResolutionError):
        return None
    model = Model(codec.schema, classes_of(cls, codec.schema))
    return Reading(model, writer, survey(writer.names), resolve(codec.schema, writer)), codec, decode


def _wrapped(text: str) -> str:
    fields = [{"name": "value", "type": json.loads(text)}]
    return json.dumps({"type": "record", "name": "WrapperOfAll", "fields": fields})


def _bodies(writer: Any, dice: random.Random) -> Iterator[bytes]:
    for _ in range(20):
        try:
            yield body_of(writer, lambda limit: dice.randrange(limit))
        except Endless:
            continue


def _damaged(body: bytes, dice: random.Random) -> bytes:
    out = bytearray(body)
    for _ in range(dice.choice((0, 1, 1, 1, 2, 3, 8))):
        at = dice.randrange(len(out) + 1)
        match dice.randrange(6):
            case 0:
                out[at : at + 1] = bytes([dice.randrange(256)])
            case 1:
                del out[at : at + dice.randrange(1, 4)]
            case 2:
                out[at:at] = dice.randbytes(dice.randrange(1, 4))
            case 3:
                out[at : at + 1] = dice.choice(HUGE)
            case 4:
                del out[at:]
            case _:
                out[at:at] = out[at : at + dice.randrange(1, 40)] * dice.randrange(1, 4)
    return bytes(out)


def _judge(subject: Any, body: bytes, counts: Counter[str]) -> str | None:
    reading, codec, decode = subject
    start = perf_counter()
    try:
        event = decode(body)
    except DecodeError:
        # The words are the plain decoder's: it refused as well.
        counts["refused"] += 1
        event = None
    except Exception as error:
        return f"{type(error).__name__} for {body.hex()} read by {codec.schema.text} from {reading.writer.text}"
    if perf_counter() - start > SLOW:
        return f"slow: {body.hex()} read by {codec.schema.text} from {reading.writer.text}"
    if event is None:
        return None
    counts["read"] += 1
    try:
        plain = PlainReader(reading, body).decode()
    except DecodeError as error:
        return f"plain refuses ({error}) {body.hex()} read by {codec.schema.text} from {reading.writer.text}"
    if repr(plain) != repr(event):
        return f"plain differs for {body.hex()} read by {codec.schema.text} from {reading.writer.text}"
    if counts["read"] % 100 == 0:
        return _again(codec, event, counts)
    return None


def _again(codec: Codec[Any], event: Any, counts: Counter[str]) -> str | None:
    counts["read again"] += 1
    try:
        back = codec.decode(codec.encode(event))
    except (EncodeError, DecodeError) as error:
        return f"cannot write what it read: {error} ({codec.schema.text})"
    if back != event and repr(back) != repr(event) and not math.isnan(_any_float(event)):
        return f"differs after a round trip: {codec.schema.text}"
    return None


def _any_float(event: Any) -> float:
    return math.nan if "nan" in repr(event) else 0.0


if __name__ == "__main__":
    sys.exit(main())

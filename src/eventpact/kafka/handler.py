"""What a service hands to a worker: a function of one event, and three ways to say what its failure means."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

if TYPE_CHECKING:
    from eventpact.kafka.record import Record

__all__ = ["BatchFailed", "BatchHandler", "Handler", "Reject", "Retry", "Unavailable", "handle_batch", "wants_record"]

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class BatchHandler(Generic[E]):
    """A function of several events at once; made by `handle_batch`. Raises ValueError for a size below 1."""

    function: Callable[[Sequence[E]], object] | Callable[[Sequence[E], Sequence[Record]], object]
    size: int

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ValueError("size must be at least 1")


def handle_batch(
    function: Callable[[Sequence[E]], object] | Callable[[Sequence[E], Sequence[Record]], object], size: int = 100
) -> BatchHandler[E]:
    """A handler that is called with up to `size` events of one partition (with concurrency: of one key), in order.

    `function` takes `(events)` or `(events, records)`. It gets what is there, and waits for no further event. When it
    raises `BatchFailed(index)`, the events before that index are handled and the one at the index is judged. When it
    raises anything else, all but `Unavailable`, the same events come again one by one, so that one bad event is
    found and the others are handled.
    """
    return BatchHandler(function, size)


Handler: TypeAlias = "Callable[[E], object] | Callable[[E, Record], object] | BatchHandler[E]"
"""`handle(event)`, `handle(event, record)`, or `handle_batch(...)`. It may be called twice with one event; what it
returns is ignored.
"""


class Retry(Exception):  # noqa: N818 - a wish of the handler, not an error
    """Raised by a handler: this may work soon. Tried again in place, then dead-lettered as TRANSIENT_EXHAUSTED.

    Its text stays in the process: dead letters and logs hold the class's name only, so subclass it to tell causes
    apart.
    """


class Reject(Exception):  # noqa: N818
    """Raised by a handler: this record will never work. Dead-lettered at once as REJECTED; its text as in `Retry`."""


class Unavailable(Exception):  # noqa: N818
    """Raised by a handler: what it depends on is down. The worker pauses everything and probes; nothing is counted
    against the record and nothing is dead-lettered, however long it takes.
    """


class BatchFailed(Exception):  # noqa: N818
    """Raised by a handler of batches, `from` the error that says why: the event at `index` failed, those before it are
    handled, those behind it come again. Without a cause it counts as any failure of the handler.
    """

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


def wants_record(handler: Callable[..., object] | BatchHandler[E]) -> bool:
    """Does `handler` take the records beside the events? Decided by its parameters without a default.

    Raises:
        TypeError: it takes no event or more than two arguments, or calling it would only make a coroutine or a
            generator, which handles nothing.
    """
    if isinstance(handler, BatchHandler):
        return wants_record(handler.function)
    call = handler if inspect.isroutine(handler) else type(handler).__call__
    for kind in (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction):
        if kind(handler) or kind(call):
            raise TypeError("the handler must be a plain function: calling a coroutine or generator handles nothing")
    try:
        parameters = inspect.signature(handler).parameters.values()
    except ValueError:  # some functions written in C tell no signature
        return False
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    required = [p for p in positional if p.default is p.empty]
    keywords = [p for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty]
    takes_any = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    if len(required) > 2 or keywords or not (positional or takes_any):
        raise TypeError("the handler must take (event) or (event, record), of batches (events) or (events, records)")
    return len(required) == 2

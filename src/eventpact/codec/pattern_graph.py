r"""A pattern as a graph: which character may follow which, and in how many ways (Glushkov's automaton, with counts).

The nodes are the places of a pattern that read a character. A step from one to the next counts the ways in which `re`
gets there without reading: ``(a*)*`` goes from ``a`` to ``a`` by the inner star and by the outer one. Ways are those of
`re`, which leaves a loop after a round that read nothing. Look-around and word boundaries are passed by.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, assert_never

from eventpact.codec.pattern_parts import Assertion, Choice, OneOf, Part, Repeat, Row, opened
from eventpact.codec.pattern_ranges import Ranges

__all__ = ["Graph", "Loop", "TooLargeError", "graph_of"]

_MOST_NODES: Final = 300
_MOST_STEPS: Final = 5_000
# From here on a counted group is a loop: three to the tenth, and ways for a text of sixty characters beyond counting.
_MANY: Final = 10
# Copies of what is counted, in a graph that is too large with all of them.
_FEW: Final = 3
# More ways than one are all the same.
_WAYS: Final = 2


class TooLargeError(Exception):
    """More nodes or steps than a lint rule has time for."""


@dataclass(frozen=True, slots=True)
class Loop:
    """``part`` repeats the nodes from ``start`` up to ``end``; of the steps, the first ``steps`` may be within."""

    part: Repeat
    start: int
    end: int
    steps: int


@dataclass(slots=True)
class Graph:
    """``nodes`` are what each reads, ``steps`` are from, to, ways; ``ends`` are where the pattern may be through.

    ``loops`` stand before the loops that hold them. What stands in no loop is not repeated as often as it says.
    """

    nodes: list[Ranges] = field(default_factory=list)
    steps: list[tuple[int, int, int]] = field(default_factory=list)
    loops: list[Loop] = field(default_factory=list)
    ends: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Piece:
    """Where a part begins and may stop, each with its ways; ``ways`` to read nothing, ``free`` if that always works."""

    first: dict[int, int]
    last: dict[int, int]
    ways: int
    free: bool
    ends: frozenset[int]


_NOTHING: Final = _Piece({}, {}, 1, True, frozenset())
_HOLDS: Final = _Piece({}, {}, 1, False, frozenset())


def graph_of(pattern: Choice) -> Graph:
    """Raises TooLargeError: above 300 nodes or 5,000 steps, or groups nested too deep."""
    try:
        return _Building(_MOST_NODES).whole(pattern)
    except TooLargeError:
        return _Building(_FEW).whole(pattern)


class _Building:
    """``copies``: within a loop, what is counted stands that often at most."""

    def __init__(self, copies: int) -> None:
        self._graph = Graph()
        self._copies = copies

    def whole(self, pattern: Choice) -> Graph:
        try:
            self._graph.ends = self.piece(pattern, looped=False).ends
        except RecursionError:
            raise TooLargeError from None
        return self._graph

    def piece(self, part: Part, looped: bool) -> _Piece:
        match part:
            case Assertion():
                return _HOLDS
            case OneOf(ranges=ranges):
                node = len(self._graph.nodes)
                if node == _MOST_NODES:
                    raise TooLargeError
                self._graph.nodes.append(ranges)
                return _Piece({node: 1}, {node: 1}, 0, False, frozenset((node,)))
            case Row(parts):
                return self._row([self.piece(inner, looped) for inner in parts])
            case Choice(rows):
                found = [self.piece(row, looped) for row in rows]
                return _Piece(
                    _sum(*(one.first for one in found)),
                    _sum(*(one.last for one in found)),
                    min(sum(one.ways for one in found), _WAYS),
                    any(one.free for one in found),
                    frozenset().union(*(one.ends for one in found)),
                )
            case Repeat():
                return self._repeat(part, looped)
        assert_never(part)

    def _row(self, pieces: list[_Piece]) -> _Piece:
        whole = _NOTHING
        for piece in pieces:
            self._link(whole.last, piece.first, 1)
            whole = _Piece(
                _sum(whole.first, _times(piece.first, whole.ways)),
                _sum(_times(whole.last, piece.ways), piece.last),
                min(whole.ways * piece.ways, _WAYS),
                whole.free and piece.free,
                piece.ends | whole.ends if piece.free else piece.ends,
            )
        return whole

    def _repeat(self, part: Repeat, looped: bool) -> _Piece:
        least, most = part.least, part.most
        if most == 0:
            return _NOTHING
        # Within a loop counts are exact; without, a second round and one that may be left out stand for all.
        many = not looped and not _single(part.part)
        if many and least >= _MANY:
            # One more behind it: a round of the loop is not yet the end.
            return self._row([self._loop(part, must=True), self._loop(part, must=False)])
        copies = self._copies if looped else 1
        if most is None or (many and most >= _MANY):
            must = [self.piece(part.part, looped) for _ in range(min(least - 1, copies))]
            return self._row([*must, self._loop(part, must=False)])
        must = [self.piece(part.part, looped) for _ in range(min(least, copies + 1))]
        return self._row([*must, self._optional(part.part, min(most - least, copies), looped)])

    def _loop(self, part: Repeat, must: bool) -> _Piece:
        """Any number of rounds, one at least if ``part`` wants any; ``must``: also after one that read nothing."""
        start = len(self._graph.nodes)
        body = self.piece(part.part, looped=True)
        # A last round that reads nothing is one more way to leave.
        more = 1 + body.ways
        self._link(body.last, body.first, more if must else 1)
        self._graph.loops.append(Loop(part, start, len(self._graph.nodes), len(self._graph.steps)))
        last = _times(body.last, more)
        if part.least == 0:
            return _Piece(body.first, last, min(more, _WAYS), True, body.ends)
        return _Piece(_times(body.first, more), last, min(body.ways * more, _WAYS), body.free, body.ends)

    def _optional(self, part: Part, most: int, looped: bool) -> _Piece:
        if most == 0:
            return _NOTHING
        found = [self.piece(part, looped) for _ in range(most)]
        for one, other in pairwise(found):
            self._link(one.last, other.first, 1)
        more = 1 + found[0].ways
        lasts = [*(_times(one.last, more) for one in found[:-1]), found[-1].last]
        ends = frozenset().union(*(one.ends for one in found))
        return _Piece(found[0].first, _sum(*lasts), min(more, _WAYS), True, ends)

    def _link(self, last: dict[int, int], first: dict[int, int], ways: int) -> None:
        if len(self._graph.steps) + len(last) * len(first) > _MOST_STEPS:
            raise TooLargeError
        self._graph.steps += [(a, b, m * n * ways) for a, m in last.items() for b, n in first.items()]


def _single(part: Part) -> bool:
    """One character, in a group or not: to repeat it is exact, and cheap."""
    return isinstance(opened(part), OneOf)


def _sum(*ways: dict[int, int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for one in ways:
        for node, count in one.items():
            found[node] = min(found.get(node, 0) + count, _WAYS)
    return found


def _times(ways: dict[int, int], factor: int) -> dict[int, int]:
    return {node: min(count * factor, _WAYS) for node, count in ways.items()} if factor else {}

r"""Patterns that may take exponential time: `re` tries every way to read a text before it says no.

A loop is such a one when a place in it comes back to itself over the same text in two ways ("EDA": Weber and Seidl,
On the degree of ambiguity of finite automata, 1991), and when the text can still fail behind it. Two places of the loop
are followed at once, by steps that can read the same character: if they part and meet again, there are two ways.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from eventpact.codec.pattern_graph import Graph, Loop, TooLargeError, graph_of
from eventpact.codec.pattern_parts import Repeat, parts_of
from eventpact.codec.pattern_ranges import Ranges

__all__ = ["exponential_parts"]

_MOST_PAIRS: Final = 100_000


@lru_cache(maxsize=1024)
def exponential_parts(pattern: str) -> tuple[Repeat, ...]:
    r"""The innermost repetitions of ``pattern`` that read one text in exponentially many ways, in its order.

    Empty as well for a pattern that is too large to be judged (300 characters in its loops, counts multiplied), for
    what stands in look-around, and for polynomial time, as of ``\w*\w*``. Raises UnsupportedPatternError.
    """
    parts = parts_of(pattern)
    found: list[Loop] = []
    try:
        graph = graph_of(parts)
        masks = _masks(graph.nodes)
        for loop in graph.loops:
            around = any(loop.start <= one.start and one.end <= loop.end for one in found)
            if not around and all(loop.part is not one.part for one in found) and _ambiguous(graph, loop, masks):
                found.append(loop)
    except TooLargeError:
        return ()
    return tuple(loop.part for loop in found)


def _masks(nodes: list[Ranges]) -> list[int]:
    """A bit for each stretch of characters that the nodes do not tell apart."""
    edges = sorted({edge for ranges in set(nodes) for first, last in ranges for edge in (first, last + 1)})
    numbers = {edge: number for number, edge in enumerate(edges)}
    bits = {
        ranges: sum((1 << numbers[last + 1]) - (1 << numbers[first]) for first, last in ranges) for ranges in set(nodes)
    }
    return [bits[ranges] for ranges in nodes]


def _ambiguous(graph: Graph, loop: Loop, masks: list[int]) -> bool:
    inside = {node for node in range(loop.start, loop.end) if masks[node] and node not in graph.ends}
    ways: dict[tuple[int, int], int] = {}
    for one, other, count in graph.steps[: loop.steps]:
        if one in inside and other in inside:
            ways[one, other] = ways.get((one, other), 0) + count
    circles = _circles(inside, ways)
    ways = {step: count for step, count in ways.items() if step[1] in circles[step[0]]}
    return any(count > 1 for count in ways.values()) or _part_and_meet(ways, masks)


def _circles(nodes: set[int], steps: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    """For each node those that it reaches and that reach it."""
    after: dict[int, list[int]] = {node: [] for node in nodes}
    for one, other in steps:
        after[one].append(other)
    reached: dict[int, set[int]] = {}
    for node in nodes:
        todo, seen = [node], set[int]()
        while todo:
            new = [other for other in after[todo.pop()] if other not in seen]
            seen.update(new)
            todo += new
        reached[node] = seen
    return {node: {other for other in reached[node] if node in reached[other]} for node in nodes}


def _part_and_meet(steps: Iterable[tuple[int, int]], masks: list[int]) -> bool:
    after: dict[int, list[int]] = {}
    for one, other in steps:
        after.setdefault(one, []).append(other)
    todo = [(node, node) for node in after]
    seen = set(todo)
    patience = _MOST_PAIRS
    while todo:
        one, other = todo.pop()
        patience -= len(after[one]) * len(after[other])
        if patience < 0:
            raise TooLargeError
        for a in after[one]:
            for b in after[other]:
                if not masks[a] & masks[b]:
                    continue
                if a == b and one != other:
                    return True
                pair = (a, b) if a < b else (b, a)
                if pair not in seen:
                    seen.add(pair)
                    todo.append(pair)
    return False

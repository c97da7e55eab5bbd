"""The graph behind a plan: what has to fit for what to fit, and how badness spreads through it.

A node is bad when it cannot be read. Leaves are bad or not; an `AllOf` is bad as soon as one child is; an `AnyOf` (a
union of the reader) relies on one candidate at a time and is bad when the last one has failed. Badness starts at the
leaves and spreads by worklist, so what remains is the greatest fixpoint: recursion counts as compatible exactly when
nothing speaks against it. No result ever rests on an assumption that failed later, as it may in checkers that memoise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from eventpact.schema.plan import Step, Stuck

__all__ = ["AllOf", "AnyOf", "Draft", "Node", "Spread", "why"]


class Node:
    """``cause`` is the first child that failed: following causes ends at a `Stuck`, never in a circle."""

    __slots__ = ("bad", "cause", "users")

    def __init__(self) -> None:
        self.bad = False
        self.cause: Draft | None = None
        self.users: list[Node] = []


Draft: TypeAlias = "Node | Step"
"""A node, or a step that needs no others."""


class AllOf(Node):
    """Fits when every child fits. ``finish`` makes the step out of the children's steps."""

    __slots__ = ("children", "finish")

    def __init__(self, children: list[Draft], finish: Callable[[list[Step]], Step]) -> None:
        super().__init__()
        self.children = children
        self.finish = finish


class AnyOf(Node):
    """Fits when one candidate fits: the current one, ``branch`` of the union, as long as it is not bad.

    ``describe`` makes the `Stuck` of a union of which every candidate failed.
    """

    __slots__ = ("branch", "current", "describe", "failed", "rest")

    def __init__(self, rest: Iterator[tuple[int, Callable[[], Draft]]]) -> None:
        super().__init__()
        self.rest = rest
        self.branch = -1
        self.current: Draft | None = None
        self.failed: list[tuple[int, Draft]] = []
        self.describe: Callable[[], Stuck]


class Spread:
    """The worklist. `watch` after a node's children are known; `settle` when everything is built."""

    def __init__(self) -> None:
        self._bad: list[Node] = []

    def watch(self, node: Node, child: Draft) -> None:
        """``node`` needs ``child``."""
        if isinstance(child, Node):
            if child.bad:
                self._mark(node, child)
            else:
                child.users.append(node)
        elif isinstance(child, Stuck):
            self._mark(node, child)

    def advance(self, node: AnyOf) -> None:
        """Rely on the next candidate that is not known to be bad."""
        for branch, make in node.rest:
            draft = make()
            if isinstance(draft, Stuck) or (isinstance(draft, Node) and draft.bad):
                node.failed.append((branch, draft))
                continue
            node.branch, node.current = branch, draft
            if isinstance(draft, Node):
                draft.users.append(node)
            return
        node.current = None
        self._mark(node, node.failed[0][1] if node.failed else None)

    def settle(self, build: Callable[[], None]) -> None:
        """Spread until nothing changes; ``build`` does the work that new candidates bring."""
        build()
        while self._bad:
            bad = self._bad.pop()
            for user in bad.users:
                if user.bad:
                    continue
                if isinstance(user, AnyOf):
                    if user.current is bad:
                        user.failed.append((user.branch, bad))
                        self.advance(user)
                else:
                    self._mark(user, bad)
            build()

    def _mark(self, node: Node, cause: Draft | None) -> None:
        if not node.bad:
            node.bad = True
            node.cause = cause
            self._bad.append(node)


def why(draft: Draft) -> str:
    """The dead end that made a draft bad, in words."""
    here: Draft | None = draft
    while isinstance(here, Node) and not isinstance(here, AnyOf):
        here = here.cause
    return f"{here.kind}: {here.message}" if isinstance(here, Stuck) else "no branch of a union below it fits"

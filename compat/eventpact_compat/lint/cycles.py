"""Which nodes of a graph can be reached from themselves?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = ["in_cycles"]


def in_cycles(edges: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """The nodes on a circle, in linear time and without recursion. Edges to what is no node lead nowhere.

    Tarjan's strongly connected components: those of several nodes, and single nodes with an edge to themselves.
    """
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    open_: set[str] = set()
    found: set[str] = set()
    for root in edges:
        todo = [] if root in order else [(root, iter(edges[root]))]
        while todo:
            name, rest = todo[-1]
            if name not in order:
                order[name] = low[name] = len(order)
                stack.append(name)
                open_.add(name)
            other = next((o for o in rest if o in edges), None)
            if other is not None and other not in order:
                todo.append((other, iter(edges[other])))
            elif other is not None:
                low[name] = min(low[name], order[other]) if other in open_ else low[name]
            else:
                todo.pop()
                if todo:
                    low[todo[-1][0]] = min(low[todo[-1][0]], low[name])
                if low[name] == order[name]:
                    part = stack[stack.index(name) :]
                    del stack[-len(part) :]
                    open_.difference_update(part)
                    found.update(part if len(part) > 1 or name in edges[name] else ())
    return frozenset(found)

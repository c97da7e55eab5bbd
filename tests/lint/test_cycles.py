"""Circles, against the slow and obvious way to find them."""

from hypothesis import given
from hypothesis import strategies as st

from eventpact_compat.lint.cycles import in_cycles

NODES = st.sampled_from("abcdefg")


def reachable(start: str, edges: dict[str, list[str]]) -> set[str]:
    found: set[str] = set()
    todo = list(edges[start])
    while todo:
        node = todo.pop()
        if node not in found and node in edges:
            found.add(node)
            todo += edges[node]
    return found


@given(st.dictionaries(NODES, st.lists(NODES | st.just("nowhere"), max_size=3)))
def test_a_node_is_on_a_circle_when_it_reaches_itself(edges: dict[str, list[str]]) -> None:
    assert in_cycles(edges) == {node for node in edges if node in reachable(node, edges)}


def test_a_long_chain_needs_no_deep_stack() -> None:
    chain = {str(n): [str(n + 1)] for n in range(5_000)} | {"5000": ["0"]}

    assert len(in_cycles(chain)) == 5_001

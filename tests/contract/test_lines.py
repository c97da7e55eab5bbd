"""On which line a key stands, whatever TOML allows around it."""

from hypothesis import given
from hypothesis import strategies as st

from eventpact.contract.lines import line_numbers

DOCUMENT = '''\
# a comment
top = 1

[a]
x = """
[not.a.table]
y = 1
"""
list = [
  1, # one
  2,
]
inline = {deep = {er = 1}}

[a."quoted.key".b]
dotted.key = 2
'''


def test_every_key_has_its_line() -> None:
    found = line_numbers(DOCUMENT)

    assert found == {
        ("top",): 2,
        ("a",): 4,
        ("a", "x"): 5,
        ("a", "list"): 9,
        ("a", "inline"): 13,
        ("a", "inline", "deep"): 13,
        ("a", "inline", "deep", "er"): 13,
        ("a", "quoted.key"): 15,
        ("a", "quoted.key", "b"): 15,
        ("a", "quoted.key", "b", "dotted"): 16,
        ("a", "quoted.key", "b", "dotted", "key"): 16,
    }


@given(st.lists(st.sampled_from(["", "# note", "  "]), max_size=6), st.integers(0, 6))
def test_blank_lines_and_comments_only_move_a_key(noise: list[str], at: int) -> None:
    """The key's line is where it was put."""
    before = noise[:at]
    text = "\n".join([*before, "[t]", *noise, "key = 1", ""])

    assert line_numbers(text)["t", "key"] == len(before) + 1 + len(noise) + 1

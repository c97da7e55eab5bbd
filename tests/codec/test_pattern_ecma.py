"""What `compile_pattern` takes means what ECMA-262 says: an ECMAScript engine is asked about the same texts."""

import json
import shutil
import subprocess
from collections.abc import Iterator

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from eventpact.codec.pattern import UnsupportedPatternError, compile_pattern
from eventpact.codec.pattern_parts import parts_of

# Unicode mode is what JSON Schema recommends; some of what we take, such as `\-` outside a class, is of the other mode.
ENGINE = """
require("readline").createInterface({input: process.stdin}).on("line", line => {
  const [pattern, texts] = JSON.parse(line);
  for (const flags of ["u", ""]) {
    try {
      const found = new RegExp(pattern, flags);
      console.log(JSON.stringify([flags, texts.map(text => found.test(text))]));
      return;
    } catch (error) {}
  }
  console.log(JSON.stringify(["", null]));
})
"""
IN_CLASS = ["-", "^", "[", "&", "|", "~", "%", "a", "z", ".", "\0", "0", "5", "Z", "!", ",", "é", "\U0001f600"]
IN_CLASS += ["--", "&&", "||", "~~", r"\-", r"\]", r"\\", r"\d", r"\D", r"\w", r"\W", r"\s", r"\b", r"\0", r"\n"]
IN_CLASS += [r"\x2d", r"\u002d", r"\u{2D}", r"\u{1F600}", r"\ud83d\ude00"]
OUTSIDE = ["a", "b", "-", ".", "^", "$", r"\b", r"\B", r"\d", r"\w", r"\s", r"\S", r"\W", "(?:a|b)", "(a)", "(?<x>a)"]
OUTSIDE += ["(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "*", "+", "?", "{2}", "{1,2}", "*?", "|", "(?:", "(", ")", "]", "}"]
OUTSIDE += [r"\-", r"\/", r"\x61", r"\u{61}", r"\ud83d\ude00", "é", "\U0001f600", "\n", " ", "#"]
TEXTS = ["", *"-^[&~|%a.z05Z!,]\\béb\n\r \0\x08\x1c\x85\u2028\u3000\ufeff$\"'*+/_@AB", "\U0001f600"]
TEXTS += ["ab", "aa", "a\n", "\na", "aab", "-a", "a b"]

CLASSES = st.builds(
    lambda caret, members: f"[{caret}{''.join(members)}]",
    st.sampled_from(["", "^"]),
    st.lists(st.sampled_from(IN_CLASS), min_size=1, max_size=5),
)


class Engine:
    """One process that answers for as long as the tests ask."""

    def __init__(self, command: str) -> None:
        self.process = subprocess.Popen(
            [command, "-e", ENGINE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def matches(self, pattern: str, texts: list[str]) -> list[bool] | None:
        """``None`` where the engine has no verdict that would bind us."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([pattern, texts]) + "\n")
        self.process.stdin.flush()
        flags, found = json.loads(self.process.stdout.readline())
        # Without the flag the engine matches halves of pairs, and knows no \u{...}.
        plain = all(map(str.isascii, (pattern, *texts))) and r"\u{" not in pattern and r"\ud" not in pattern
        return found if flags == "u" or plain else None


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    command = shutil.which("node")
    if command is None:
        pytest.skip("node is not installed: there is no ECMAScript engine to ask")
    engine = Engine(command)
    yield engine
    engine.process.communicate()


def agree(engine: Engine, pattern: str) -> None:
    try:
        compiled = compile_pattern(pattern)
    except UnsupportedPatternError:
        assume(False)
    parts_of(pattern)
    texts = TEXTS
    expected = engine.matches(pattern, texts)
    if expected is None:
        texts = [text for text in TEXTS if text.isascii()]
        expected = engine.matches(pattern, texts)
    assume(expected is not None)

    assert [compiled.search(text) is not None for text in texts] == expected


@given(CLASSES)
def test_a_class_means_what_an_ecmascript_engine_says(engine: Engine, members: str) -> None:
    agree(engine, f"^{members}$")


@given(st.lists(st.sampled_from(OUTSIDE) | CLASSES, min_size=1, max_size=7).map("".join))
def test_a_pattern_means_what_an_ecmascript_engine_says(engine: Engine, pattern: str) -> None:
    agree(engine, pattern)


@pytest.mark.parametrize("pattern", ["[--a]", "[%--]", "[a-]", "[-a]", "[a-c-e]", "[a-c--e]", "[---]", "[^-]", "[]-a]"])
def test_a_hyphen_means_what_an_ecmascript_engine_says(engine: Engine, pattern: str) -> None:
    pattern = pattern.replace("[]", r"[\]")

    assert engine.matches(pattern, TEXTS) == [compile_pattern(pattern).search(text) is not None for text in TEXTS]

"""The picture: everything is inside, nothing lies on anything else, and the text says the same."""

from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventpact.catalog.entries import Entry
from eventpact.catalog.picture import Box, Picture, pictures
from eventpact.contract import Contract, DeadLetterTopic, Topic
from eventpact.schema import Level, parse
from eventpact_compat.facts import Facts, Guarded
from tests.catalog.repository import Repository

NAMES = st.text("abcdefghij-._0123456789", min_size=1, max_size=249).filter(lambda name: name not in {".", ".."})
SCHEMA = parse('{"type": "record", "name": "E", "fields": [{"name": "id", "type": "string"}]}')


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    topic = Topic(draw(NAMES), draw(st.integers(1, 10_000)), draw(st.none() | st.integers(1, 10**12)))
    groups = tuple(draw(st.lists(NAMES, max_size=12, unique=True)))
    letters = DeadLetterTopic(Topic(f"{topic.name}-dlq"[-249:], 3), draw(st.integers(0, 9)), "the dlq processor")
    dead_letter = draw(st.none() | st.just(letters)) if letters.topic.name != topic.name else None
    contract = Contract("c", "e.avsc", "E", topic, "id", Level.FULL, groups=groups, dead_letter=dead_letter)
    facts = Facts(topic.name, topic.partitions, topic.retention_ms, {}, "id", Level.FULL, "E")
    return Entry(Guarded("c", "c", SCHEMA, "e.avsc", facts, ()), contract, "c", (), (), ())


def apart(one: Box, other: Box) -> bool:
    return (
        one.x + one.width <= other.x
        or other.x + other.width <= one.x
        or one.y + one.height <= other.y
        or other.y + other.height <= one.y
    )


@given(entries())
def test_boxes_stand_apart_inside_the_frame(entry: Entry) -> None:
    for picture in pictures(entry):
        assert all(apart(one, other) for one, other in combinations(picture.boxes, 2))
        assert all(
            box.x >= 0 and box.x + box.width <= picture.width and box.y >= 0 and box.y + box.height <= picture.height
            for box in (*picture.boxes, *filter(None, [picture.frame]))
        )


@given(entries())
def test_a_title_fits_its_box_and_the_text_says_it_in_full(entry: Entry) -> None:
    contract = entry.contract
    names = [contract.topic.name, contract.key, *contract.groups]
    for picture in pictures(entry):
        assert all(len(box.shown) * 7.8 <= box.width - 28 for box in picture.boxes)
        assert all(len(box.shown_note) * 7.4 <= box.width - 28 for box in picture.boxes)
        assert all(name in picture.desc for name in names)


@given(entries())
def test_both_forms_say_the_same(entry: Entry) -> None:
    def said(picture: Picture) -> list[tuple[str, str, str]]:
        return sorted((box.look, box.title, box.note) for box in picture.boxes)

    wide, tall = pictures(entry)

    assert said(wide) == said(tall)
    assert (wide.title, wide.desc) == (tall.title, tall.desc)


def test_the_tall_one_is_one_column(tmp_path: Path) -> None:
    _, tall = pictures(Repository(tmp_path / "shop").catalog().entry("orders"))

    assert [box.title for box in tall.boxes] == [
        "Producers",
        "orders",
        "billing",
        "shipping workers",
        "orders-dlq",
        "orders-dlq-processor",
        "orders-parked",
    ]
    assert all(one.y + one.height < other.y for one, other in pairwise(tall.boxes))


@pytest.mark.parametrize(("retries", "said"), [(0, "0 times"), (1, "once"), (3, "3 times")])
def test_retries_are_counted_in_words(tmp_path: Path, retries: int, said: str) -> None:
    repository = Repository(tmp_path / "shop")
    text = repository.manifest.read_text()
    repository.manifest.write_text(text.replace("max_retries = 1", f"max_retries = {retries}"))
    wide, _ = pictures(repository.catalog().entry("orders"))

    assert f"is tried {said} more by orders-dlq-processor" in wide.desc

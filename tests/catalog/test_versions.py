"""The past of a contract, as the gate sees it."""

import copy
from pathlib import Path

import pytest

from eventpact.errors import SchemaError
from eventpact_compat.finding import UpgradeOrder
from tests.catalog.repository import ORDER, Repository, field


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "shop")


def test_without_a_release_there_is_the_working_schema(repository: Repository) -> None:
    (version,) = repository.catalog().entry("orders").versions

    assert (version.label, version.order, version.changes) == ("Working schema", None, ())


def test_a_released_schema_is_no_news(repository: Repository) -> None:
    repository.release()
    (version,) = repository.catalog().entry("orders").versions

    assert (version.label, version.number) == ("Version 1", 1)


def test_a_change_is_told_in_the_words_of_the_gate(repository: Repository) -> None:
    repository.release()
    repository.write([*ORDER, field("note", ["null", "string"], default=None)])
    repository.release()
    newest, first = repository.catalog().entry("orders").versions

    assert [(change.rule, change.path) for change in newest.changes] == [("FIELD_ADDED", "Order.note")]
    assert (newest.label, newest.order, first.label) == ("Version 2", UpgradeOrder.ANY, "Version 1")
    assert any(line.side == "added" and '"note"' in line.text for line in newest.lines)


def test_the_order_is_that_of_all_changes_together(repository: Repository) -> None:
    repository.release()
    more = copy.deepcopy(ORDER)
    more[2]["type"]["symbols"].append("GBP")
    repository.write(more)

    assert repository.catalog().entry("orders").versions[0].order is UpgradeOrder.CONSUMERS_FIRST

    repository.write([*more, field("must", "string")])
    working = repository.catalog().entry("orders").versions[0]

    assert (working.label, working.order) == ("Working schema", UpgradeOrder.NONE)


def test_what_the_manifest_promised_is_a_part_of_the_past(repository: Repository) -> None:
    repository.release()
    repository.write(ORDER, level="BACKWARD")
    working = repository.catalog().entry("orders").versions[0]

    assert [change.rule for change in working.changes] == ["LEVEL_LOWERED"]
    assert working.lines == ()


def test_the_standing_says_how_far_things_are(repository: Repository) -> None:
    said = [repository.catalog().entry("orders").standing]
    repository.release()
    said.append(repository.catalog().entry("orders").standing)
    repository.write(ORDER, level="FULL")
    said.append(repository.catalog().entry("orders").standing)

    assert said == ["not released", "1", "1, and unreleased changes"]


def test_a_past_that_was_edited_is_not_shown(repository: Repository) -> None:
    repository.release()
    released = repository.folders.history / "orders" / "1.avsc"
    released.write_text(released.read_text().replace("Who orders.", "Nobody."))

    with pytest.raises(SchemaError, match="run: eventpact check orders"):
        repository.catalog()

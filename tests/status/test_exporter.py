"""Lag and depth as Prometheus reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry

from eventpact.errors import BrokerUnavailableError
from eventpact.observe.table import STATUS
from eventpact.status import exporter
from eventpact.status.exporter import LookCollector, values_of
from eventpact.status.look import ContractLook, Ends, GroupLook, Look, TopicLook
from eventpact.status.reporting import report

if TYPE_CHECKING:
    import pytest

CONTRACT = ContractLook(
    "orders",
    TopicLook("t", {0: Ends(10, 100), 1: Ends(0, 50)}),
    (GroupLook("g", "stable", 2, committed={0: 5, 1: 50}, oldest_ms={0: 1_000}), GroupLook("h")),
    letters=TopicLook("t-dlq", {0: Ends(0, 7)}),
    letters_group=GroupLook("p", committed={0: 4}),
    parked=TopicLook("t-parked", {0: Ends(0, 2)}),
    unread=("forbidden",),
)
LOOK = Look(1.0, 61_000, (CONTRACT,))


class Watching:
    """Looks, or fails as it is told to."""

    def __init__(self, *answers: Look | Exception) -> None:
        self.answers = list(answers)

    def look(self) -> Look:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def collector(*answers: Look | Exception) -> tuple[LookCollector, Watching]:
    watching: Any = Watching(*answers)
    return LookCollector(watching), watching


def test_every_number_of_a_look_has_its_metric() -> None:
    found = values_of(report(LOOK))

    assert {name: found[metric] for name, metric in STATUS.items() if name != "up"} == {
        "written": [(("t", "0"), 100), (("t", "1"), 50)],
        "stored": [(("t", "0"), 90), (("t", "1"), 50)],
        "lag": [(("t", "g", "0"), 90), (("t", "g", "1"), 0), (("t", "h", "0"), 90), (("t", "h", "1"), 50)],
        "oldest": [(("t", "g", "0"), 60.0), (("t", "g", "1"), 0.0)],
        "committed": [(("t", "g", "0"), 5), (("t", "g", "1"), 50)],
        "missed": [(("t", "g", "0"), 5), (("t", "g", "1"), 0), (("t", "h", "0"), 0), (("t", "h", "1"), 0)],
        "readable": [(("t", "g"), 1.0), (("t", "h"), 1.0), (("t", "forbidden"), 0.0)],
        "members": [(("t", "g"), 2)],
        "letters": [(("t",), 7)],
        "letters_open": [(("t",), 3)],
        "parked": [(("t",), 2)],
    }


def test_the_broker_is_asked_once_for_scrapes_that_follow_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(exporter, "monotonic", lambda: now[0])
    one, watching = collector(LOOK, LOOK)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(one)

    for _ in range(3):
        assert registry.get_sample_value("eventpact_group_lag", {"topic": "t", "group": "g", "partition": "0"}) == 90
    assert len(watching.answers) == 1
    now[0] = exporter.FRESH
    assert registry.get_sample_value("eventpact_broker_up") == 1.0
    assert watching.answers == []


def test_a_broker_that_does_not_answer_is_told_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(exporter, "monotonic", lambda: now[0])
    one, _ = collector(LOOK, BrokerUnavailableError("away", code="_TRANSPORT"), LOOK)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(one)

    assert one.unready() == []
    now[0] = 10.0
    assert [family.name for family in registry.collect()] == ["eventpact_broker_up"]
    assert registry.get_sample_value("eventpact_broker_up") == 0.0
    assert one.unready() == ["the broker does not answer"]
    now[0] = 20.0
    assert registry.get_sample_value("eventpact_broker_up") == 1.0

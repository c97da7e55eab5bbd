"""Rules about the topic that a contract travels on: what a new version must not change beside its schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from eventpact.contract.duration import written
from eventpact.schema import Level
from eventpact.schema.pointer import escape
from eventpact_compat.facts import Facts
from eventpact_compat.finding import Finding, Rule, Severity, UpgradeOrder

__all__ = ["RULES", "TopicRule", "compare_facts"]

FOREVER: Final = float("inf")


@dataclass(frozen=True, slots=True)
class TopicRule:
    """A row and its function: (old, new) -> the message and the two sides, or ``None``. ``key`` is the manifest's."""

    rule: Rule
    key: tuple[str, ...]
    find: Callable[[Facts, Facts], tuple[str, str, str] | None]


def _topic(old: Facts, new: Facts) -> tuple[str, str, str] | None:
    if old.topic == new.topic:
        return None
    return "the topic has another name; what is in the old one stays there", old.topic, new.topic


def _partitions(old: Facts, new: Facts) -> tuple[str, str, str] | None:
    if old.partitions == new.partitions:
        return None
    message = f"{new.topic} has another number of partitions; most tenants move to another one"
    return message, str(old.partitions), str(new.partitions)


def _key(old: Facts, new: Facts) -> tuple[str, str, str] | None:
    if old.key == new.key:
        return None
    return "another field is the record key; every tenant moves", old.key or "no field", new.key or "no field"


def _retention(old: Facts, new: Facts) -> tuple[str, str, str] | None:
    before = FOREVER if old.retention_ms is None else old.retention_ms
    after = FOREVER if new.retention_ms is None else new.retention_ms
    if after >= before:
        return None
    return f"{new.topic} keeps its records for a shorter time", written(old.retention_ms), written(new.retention_ms)


def _cleanup(old: Facts, new: Facts) -> tuple[str, str, str] | None:
    before, after = old.settings.get("cleanup.policy", "delete"), new.settings.get("cleanup.policy", "delete")
    if ("compact" in after) <= ("compact" in before):
        return None
    return f"{new.topic} is compacted: only the last event of each key stays", before, after


def _level(old: Facts, new: Facts) -> tuple[str, str, str] | None:
    if _promises(old.level) <= _promises(new.level):
        return None
    return "the compatibility level promises less than before", old.level.name, new.level.name


def _promises(level: Level) -> frozenset[str]:
    """Who reads whom, over how many versions."""
    reads = {"BACKWARD": {"backward"}, "FORWARD": {"forward"}, "FULL": {"backward", "forward"}, "NONE": set[str]()}
    directions = reads[level.name.removesuffix("_TRANSITIVE")]
    transitive = {f"{d}, all versions" for d in directions} if level.name.endswith("_TRANSITIVE") else set[str]()
    return frozenset(directions | transitive)


def _event(old: Facts, new: Facts) -> tuple[str, str, str] | None:
    if old.event == new.event or old.event.rpartition(".")[2] == new.event.rpartition(".")[2]:
        return None  # A moved namespace is the schema's own finding.
    return "another record is the event", old.event, new.event


def _rule(name: str, severity: Severity, promise: str, why: str, example: str, fix: str) -> Rule:
    return Rule(name, severity, promise, why, example, fix, UpgradeOrder.NONE if severity is Severity.ERROR else None)


RULES: Final = (
    TopicRule(
        _rule(
            "PARTITIONS_CHANGED",
            Severity.ERROR,
            "a topic keeps its number of partitions",
            "the partition is murmur2(key) modulo the count: a tenant's later events overtake its earlier ones",
            "partitions = 6 becomes partitions = 12",
            "keep the number; to grow, create a new topic and move producers and consumers over in order",
        ),
        ("topic", "partitions"),
        _partitions,
    ),
    TopicRule(
        _rule(
            "KEY_CHANGED",
            Severity.ERROR,
            "the same field is the record key",
            "another key is another partition: the order of a tenant's events is lost, compaction keeps other records",
            'key = "tenant_id" becomes key = "user_id"',
            "keep the key; a new key needs a new topic",
        ),
        ("key",),
        _key,
    ),
    TopicRule(
        _rule(
            "TOPIC_CHANGED",
            Severity.ERROR,
            "a contract stays on its topic",
            "producers write to the new topic while consumers wait at the old one; the subject starts from scratch",
            'name = "orders" becomes name = "orders-v2"',
            "keep the name; or add a second contract for the new topic",
        ),
        ("topic", "name"),
        _topic,
    ),
    TopicRule(
        _rule(
            "EVENT_CHANGED",
            Severity.ERROR,
            "a topic carries the same event",
            "consumers expect the record that was released",
            'event = "shop.Order" becomes event = "shop.Invoice"',
            "put the other record on a topic of its own",
        ),
        ("event",),
        _event,
    ),
    TopicRule(
        _rule(
            "RETENTION_SHORTENED",
            Severity.WARNING,
            "a topic keeps its records as long as it did",
            "a consumer that was down, or replays, finds a gap; retention must outlast the longest outage",
            'retention = "7d" becomes retention = "1d"',
            "keep the retention, or ask the owners of all groups first",
        ),
        ("topic", "retention"),
        _retention,
    ),
    TopicRule(
        _rule(
            "CLEANUP_POLICY_CHANGED",
            Severity.ERROR,
            "a topic that keeps every event goes on doing so",
            "compaction deletes all but the last event of each key, also the ones that are there already",
            '"cleanup.policy" = "delete" becomes "compact"',
            "keep delete; build the compacted view in a topic of its own",
        ),
        ("topic", "settings", "cleanup.policy"),
        _cleanup,
    ),
    TopicRule(
        _rule(
            "LEVEL_LOWERED",
            Severity.WARNING,
            "the compatibility level is not weakened",
            "versions that readers were promised to cope with may no longer be readable",
            "FULL_TRANSITIVE becomes BACKWARD",
            "keep the level; accept a single break with a waiver",
        ),
        ("compatibility",),
        _level,
    ),
)


def _dead_letter_key(key: tuple[str, ...]) -> tuple[str, ...]:
    """A dead letter's table has no table for its topic: its name is the key ``topic``, the rest stands beside it."""
    return ("topic",) if key == ("topic", "name") else key[1:] if key[0] == "topic" else key


def compare_facts(old: Facts, new: Facts, *, at: tuple[str, ...], manifest: str) -> Iterator[Finding]:
    """What changed beside the schema. The location is a JSON pointer into the manifest."""
    for row in RULES:
        # A dead letter's level is that of its contract, and reported there.
        seen = None if row.key == ("compatibility",) and at[-1] == "dead_letter" else row.find(old, new)
        if seen is not None:
            message, before, after = seen
            keys = _dead_letter_key(row.key) if at[-1] == "dead_letter" else row.key
            yield Finding(
                rule=row.rule.id,
                severity=row.rule.severity,
                message=message,
                file=manifest,
                location="".join(f"/{escape(part)}" for part in (*at, *keys)),
                path=".".join((*at, *keys)),
                before=before,
                after=after,
                why=row.rule.why,
                hint=row.rule.fix,
                order=row.rule.order,
            )

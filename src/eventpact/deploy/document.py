"""A plan as a JSON document and back. What was saved is what is applied: a changed file is refused."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any, Final

from eventpact.contract import Topic
from eventpact.deploy.plan import Plan, Refusal
from eventpact.deploy.state import State, SubjectState, TopicState
from eventpact.deploy.steps import (
    AddPartitions,
    AlterTopic,
    CreateTopic,
    DeleteSubject,
    RegisterSchema,
    SetLevel,
    Step,
    Use,
)
from eventpact.errors import PlanError
from eventpact.ids import Version
from eventpact.schema import Level

__all__ = ["read_plan", "to_json", "write_plan"]

FORMAT: Final = 3
ACTIONS: Final[dict[str, type[Step]]] = {
    "create topic": CreateTopic,
    "add partitions": AddPartitions,
    "alter topic": AlterTopic,
    "set level": SetLevel,
    "register schema": RegisterSchema,
    "delete subject": DeleteSubject,
}
NAMES: Final = {kind: name for name, kind in ACTIONS.items()}


def write_plan(plan: Plan) -> str:
    """The document, with the fingerprint of all that it says."""
    return json.dumps(to_json(plan), indent=2, ensure_ascii=False) + "\n"


def to_json(plan: Plan) -> dict[str, object]:
    """The document as plain values."""
    body: dict[str, object] = {
        "format": FORMAT,
        "environment": plan.environment,
        "steps": [{"action": NAMES[type(step)], "says": str(step), **_plain(step)} for step in plan.steps],
        "refusals": [asdict(refusal) for refusal in plan.refusals],
        "orphans": list(plan.orphans),
        "seen": {target: _seen(state) for target, state in plan.seen.items()},
    }
    return {"fingerprint": _fingerprint(body), **body}


def read_plan(text: str | bytes) -> Plan:
    """The plan of a document. Raises PlanError when it is none, or was changed."""
    try:
        body: dict[str, Any] = json.loads(text)  # Any: JSON; its fingerprint says that we wrote it
        said = body.pop("fingerprint")
        if said != _fingerprint(body) or body["format"] != FORMAT:
            raise PlanError("the plan file was changed after it was written, or by another version; plan again")
        return Plan(
            tuple(_step(one) for one in body["steps"]),
            tuple(Refusal(**one) for one in body["refusals"]),
            tuple(body["orphans"]),
            {target: _state(one) for target, one in body["seen"].items()},
            body["environment"],
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise PlanError("this is not a plan file; write one with `eventpact plan --out FILE`") from None


def _fingerprint(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _plain(step: Step) -> dict[str, Any]:
    match step:
        case CreateTopic(topic):
            return {
                "topic": topic.name,
                "partitions": topic.partitions,
                "retention_ms": topic.retention_ms,
                "settings": dict(topic.settings),
            }
        case SetLevel(subject, level, found):
            return {"subject": subject, "level": str(level), "found": None if found is None else str(found)}
        case DeleteSubject(subject, versions):
            return {"subject": subject, "versions": list(versions)}
        case _:
            return asdict(step)


def _step(one: dict[str, Any]) -> Step:
    kind = ACTIONS[one.pop("action")]
    del one["says"]
    if kind is CreateTopic:
        return CreateTopic(Topic(one["topic"], one["partitions"], one["retention_ms"], one["settings"]))
    if kind is SetLevel:
        found = one["found"]
        return SetLevel(one["subject"], Level(one["level"]), None if found is None else Level(found))
    if kind is RegisterSchema:
        uses = [Use(use["name"], None if use["version"] is None else Version(use["version"])) for use in one["uses"]]
        return RegisterSchema(one["subject"], one["text"], tuple(uses), one["change"])
    if kind is DeleteSubject:
        return DeleteSubject(one["subject"], tuple(map(Version, one["versions"])))
    return kind(**one)


def _seen(state: State) -> dict[str, Any]:
    plain = asdict(state)
    return {**plain, "versions": list(plain["versions"])} if "versions" in plain else plain


def _state(one: dict[str, Any]) -> State:
    if "versions" in one:
        return SubjectState(one["level"], tuple(one["versions"]))
    return TopicState(one["partitions"], one["settings"])

"""Twenty commits of one schema, as a team would make them, each checked against its parent: the bad ones are caught."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eventpact.cli.app import run
from tests.compat.shop import Shop, enum, field, logical

Fields = dict[str, dict[str, Any]]


def add(**fields: dict[str, Any]) -> Callable[[Fields], Fields]:
    return lambda now: {**now, **fields}


def drop(*names: str) -> Callable[[Fields], Fields]:
    return lambda now: {name: one for name, one in now.items() if name not in names}


def change(name: str, **more: object) -> Callable[[Fields], Fields]:
    return lambda now: {**now, name: {**now[name], **more}}


def states(*symbols: str) -> dict[str, object]:
    return enum(*symbols, default="UNKNOWN")


OPTIONAL = ["null", "string"]
START: Fields = {
    "id": field("id", logical("string", "uuid"), doc="Which order."),
    "total": field("total", logical("bytes", "decimal", precision=10, scale=2), doc="What is paid.", currency="EUR"),
    "status": field("status", states("NEW", "PAID", "UNKNOWN"), doc="Where it stands."),
    "placed_at": field("placed_at", logical("long", "timestamp-millis"), doc="When it was placed."),
    "email": field("email", OPTIONAL, default=None, doc="Who ordered.", tags=["PII"]),
    "note": field("note", OPTIONAL, default=None, doc="What the customer wrote."),
    "count": field("count", "int", default=1, doc="How many."),
}

# (what the commit does, whether the gate must stop it, the edit)
COMMITS: list[tuple[str, str | None, Callable[[Fields], Fields]]] = [
    ("add a gift card", None, add(gift=field("gift", OPTIONAL, default=None, doc="A card."))),
    ("explain the total better", None, change("total", doc="What the customer pays.")),
    ("store micros", "TIME_UNIT_CHANGED", change("placed_at", type=logical("long", "timestamp-micros"))),
    ("sort the fields", None, lambda now: dict(sorted(now.items()))),
    ("four digits", "DECIMAL_SCALE_CHANGED", change("total", type=logical("bytes", "decimal", precision=10, scale=4))),
    ("refunds", None, change("status", type=states("NEW", "PAID", "UNKNOWN", "REFUNDED"))),
    ("no more PAID", "ENUM_SYMBOL_REMOVED", change("status", type=states("NEW", "UNKNOWN", "REFUNDED"))),
    ("the email is public now", "TAG_DROPPED", change("email", **{"confluent:tags": []})),
    ("drop the gift card", None, drop("gift")),
    ("note becomes remark", "FIELD_RENAMED", lambda now: {
        ("remark" if name == "note" else name): ({**one, "name": "remark"} if name == "note" else one)
        for name, one in now.items()
    }),
    ("a customer's number", None, add(customer=field("customer", "long", default=0, doc="Number of the customer."))),
    ("any text as id", None, change("id", doc="Which order it is.")),
    ("dollars", "UNIT_CHANGED", change("total", currency="USD")),
    ("a required field", "FIELD_WITHOUT_DEFAULT", add(vat=field("vat", "long", doc="The tax."))),
    ("an optional one", None, add(vat=field("vat", ["null", "long"], default=None, doc="The tax."))),
    ("count may be large", None, change("count", type="long")),
    ("count as text", "TYPE_MISMATCH", change("count", type="string", default="1")),
    ("short notes", "CONSTRAINT_TIGHTENED", change("note", maxLength=10)),
    ("an owner", None, change("count", **{"x-owner": "billing"})),
    ("two numbers more", None, add(
        width=field("width", "int", default=0, doc="Of the parcel."),
        height=field("height", "int", default=0, doc="Of the parcel."),
    )),
]  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    shop = Shop(tmp_path / "repository")
    monkeypatch.chdir(shop.root)
    monkeypatch.delenv("EVENTPACT_MANIFEST", raising=False)
    shop.write(*START.values(), level="BACKWARD")
    git(shop, "init", "-q", "-b", "main")
    commit(shop, "the first version")
    return shop


def git(shop: Shop, *arguments: str) -> None:
    identity = ["-c", "user.name=team", "-c", "user.email=team@example.com"]
    subprocess.run(["git", *identity, *arguments], cwd=shop.root, check=True, capture_output=True)


def commit(shop: Shop, message: str) -> None:
    git(shop, "add", ".")
    git(shop, "commit", "-q", "--allow-empty", "-m", message)


def test_exactly_the_bad_commits_are_caught(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """A bad commit is made on a branch of its own and thrown away, as a review would."""
    fields = START
    caught: dict[str, set[str]] = {}
    for message, bad, edit in COMMITS:
        candidate = edit(fields)
        shop.write(*candidate.values())
        capsys.readouterr()
        code = run(["check", "--against", "git:HEAD", "--format", "json"])
        errors = {f["rule"] for f in json.loads(capsys.readouterr().out)["findings"] if f["severity"] == "error"}
        assert bool(errors) == (code == 1), message
        if errors:
            caught[message] = errors
        if bad is None:
            fields = candidate
            commit(shop, message)

    assert caught == {message: {bad} for message, bad, _ in COMMITS if bad is not None}

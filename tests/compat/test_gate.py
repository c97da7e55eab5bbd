"""The gate over a repository: history, golden payloads, generated code, topics, waivers, release."""

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest

from eventpact.contract import load_manifest
from eventpact_compat.facts import guarded
from eventpact_compat.finding import Severity
from eventpact_compat.gate import Folders, Report, check_contracts
from eventpact_compat.history import read_history
from eventpact_compat.release import Release, next_release, releases_of, write_release
from eventpact_compat.waivers import Waiver
from tests.compat.shop import Shop, enum, field, logical

DAY = dt.date(2026, 6, 1)
STATUS = enum("NEW", "PAID", "UNKNOWN", default="UNKNOWN")
FIELDS = (
    field("total", logical("bytes", "decimal", precision=10, scale=2)),
    field("status", STATUS),
    field("placed_at", logical("long", "timestamp-millis")),
    field("note", ["null", "string"], default=None),
)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop(tmp_path / "repository")
    shop.write(*FIELDS)
    return shop


def folders(shop: Shop) -> Folders:
    return Folders.below(shop.root / "compat")


def gate(shop: Shop, *waivers: Waiver) -> Report:
    return check_contracts(load_manifest(shop.manifest), folders(shop), today=DAY, waivers=waivers)


def loud(report: Report) -> set[tuple[str, str]]:
    return {(f.rule, f.path) for f in report.findings if f.severity is not Severity.INFO}


def release(shop: Shop) -> tuple[Release, ...]:
    made = releases_of(load_manifest(shop.manifest), "orders", folders(shop))
    for one in made:
        write_release(one, folders(shop))
    return made


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_first_version_passes_and_is_said_to_be_unreleased(shop: Shop) -> None:
    report = gate(shop)

    assert not report.failed
    assert [(f.rule, f.severity) for f in report.findings] == [("UNRELEASED", Severity.INFO)]


def test_released_version_is_the_exact_text(shop: Shop) -> None:
    release(shop)

    assert (shop.root / "compat/history/orders/1.avsc").read_bytes() == shop.file.read_bytes()
    assert gate(shop).findings == ()


def test_release_depends_on_schema_and_manifest_alone(shop: Shop, tmp_path: Path) -> None:
    release(shop)
    other = Shop(tmp_path / "elsewhere")
    other.write(*FIELDS)
    release(other)

    assert contents(shop.root / "compat") == contents(other.root / "compat")


def test_releasing_twice_makes_one_version(shop: Shop) -> None:
    assert [one.number for one in release(shop)] == [1]
    assert release(shop) == ()


def test_harmless_edit_passes_and_becomes_version_two(shop: Shop) -> None:
    release(shop)
    shop.write(*FIELDS, field("gift", ["null", "string"], default=None))

    assert not gate(shop).failed
    assert [one.number for one in release(shop)] == [2]
    assert gate(shop).findings == ()


def test_meaning_is_guarded_where_structure_is_silent(shop: Shop) -> None:
    release(shop)
    total = field("total", logical("bytes", "decimal", precision=10, scale=4))
    shop.write(total, *FIELDS[1:])

    assert ("DECIMAL_SCALE_CHANGED", "Order.total") in loud(gate(shop))


def test_old_bytes_are_read_with_todays_class(shop: Shop) -> None:
    """The rule sees the schemas, the payload sees the bytes: both notice."""
    release(shop)
    shop.write(FIELDS[0], field("status", enum("NEW", "UNKNOWN", default="UNKNOWN")), *FIELDS[2:])
    broken = [f for f in gate(shop).findings if f.rule == "GOLDEN_BROKEN"]

    assert [(f.path, f.before, f.after, f.against) for f in broken] == [
        ("$.status", '"PAID"', '"UNKNOWN"', "version 1")
    ]


def test_renamed_field_is_still_read_through_its_alias(shop: Shop) -> None:
    release(shop)
    shop.write(*FIELDS[:3], field("remark", ["null", "string"], default=None, aliases=["note"]))

    assert {f.rule for f in gate(shop).findings if f.severity is Severity.ERROR} == set()


def test_golden_payload_that_was_edited_is_noticed(shop: Shop) -> None:
    release(shop)
    payload = next((shop.root / "compat/golden/orders/1").glob("*.json"))
    payload.write_text(payload.read_text("utf-8").replace("text", "test"), "utf-8")
    (shop.root / "compat/golden/orders/1/000-typical.bin").write_bytes(b"\x00")

    assert loud(gate(shop)) == {("RELEASED_CHANGED", "orders/1")}


def test_golden_payloads_that_are_gone_are_missed(shop: Shop) -> None:
    release(shop)
    shutil.rmtree(shop.root / "compat/golden")

    assert loud(gate(shop)) == {("GOLDEN_MISSING", "orders/1")}


def test_released_file_that_was_edited_is_noticed(shop: Shop) -> None:
    release(shop)
    file = shop.root / "compat/history/orders/1.avsc"
    file.write_text(file.read_text("utf-8").replace("PAID", "PAYED"), "utf-8")

    assert loud(gate(shop)) == {("RELEASED_CHANGED", "orders/1.avsc")}


@pytest.mark.parametrize("name", ["1.avsc", "1.json"])
def test_released_file_that_is_gone_is_missed(shop: Shop, name: str) -> None:
    release(shop)
    shop.write(*FIELDS, field("gift", ["null", "string"], default=None))
    release(shop)
    (shop.root / "compat/history/orders" / name).unlink()

    assert loud(gate(shop)) == {("RELEASED_INCOMPLETE", f"orders/{name}")}


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"version": 2}', "null"])
def test_nonsense_beside_a_released_schema_is_noticed(shop: Shop, text: str) -> None:
    release(shop)
    (shop.root / "compat/history/orders/1.json").write_text(text, "utf-8")

    assert loud(gate(shop)) == {("RELEASED_CHANGED", "orders/1.json")}


@pytest.mark.parametrize(
    ("promise", "rule", "path"),
    [
        ({"partitions": 12}, "PARTITIONS_CHANGED", "contracts.orders.topic.partitions"),
        ({"retention": "1d"}, "RETENTION_SHORTENED", "contracts.orders.topic.retention"),
        ({"level": "BACKWARD"}, "LEVEL_LOWERED", "contracts.orders.compatibility"),
    ],
)
def test_topic_is_guarded_although_the_schema_stays(
    shop: Shop, promise: dict[str, object], rule: str, path: str
) -> None:
    release(shop)
    shop.write(*FIELDS, **promise)

    assert loud(gate(shop)) == {(rule, path)}


@pytest.mark.parametrize(
    ("promise", "line"),
    [({"partitions": 12}, "partitions = 12"), ({"level": "BACKWARD"}, 'compatibility = "BACKWARD"')],
)
def test_a_promise_is_told_with_its_line_of_the_manifest(shop: Shop, promise: dict[str, object], line: str) -> None:
    release(shop)
    shop.write(*FIELDS, **promise)
    lines = (shop.root / "schemas/contracts.toml").read_text("utf-8").split("\n")

    assert {lines[found.line - 1] for found in gate(shop).findings if found.line is not None} == {line}


def test_more_retention_and_a_stronger_level_are_fine(shop: Shop) -> None:
    release(shop)
    shop.write(*FIELDS, retention="30d", level="FULL_TRANSITIVE")

    assert loud(gate(shop)) == set()


def test_generated_code_must_be_what_the_schemas_say(shop: Shop) -> None:
    module = shop.root / "src/shop_events/order.py"
    module.write_text(module.read_text("utf-8") + "\n", "utf-8")

    assert loud(gate(shop)) == {("GENERATED_STALE", "shop_events/order.py")}


def test_waived_break_passes_until_it_ends(shop: Shop) -> None:
    release(shop)
    shop.write(*FIELDS, partitions=12)
    waiver = Waiver(
        "PARTITIONS_CHANGED", "orders", "contracts.orders.topic.partitions", "empty topic", "team", DAY, "w.toml", 1
    )

    assert not gate(shop, waiver).failed
    assert release(shop)[0].number == 2
    assert {f.rule for f in gate(shop, waiver).findings} == {"WAIVER_UNUSED"}


def test_nothing_is_left_of_a_release_that_could_not_be_written(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    (subject,) = guarded(load_manifest(shop.manifest))
    planned = next_release(subject, ())
    assert planned is not None
    renamed: list[Path] = []
    rename = Path.rename

    def full_disk(self: Path, target: Path) -> Path:
        if len(renamed) == 2:
            raise OSError("no space left")
        renamed.append(target)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", full_disk)
    with pytest.raises(OSError, match="no space left"):
        write_release(planned, folders(shop))

    assert contents(shop.root / "compat") == {}


def test_released_version_is_never_overwritten(shop: Shop) -> None:
    (planned,) = release(shop)
    before = contents(shop.root / "compat")

    with pytest.raises(FileExistsError, match="never overwritten"):
        write_release(planned, folders(shop))
    assert contents(shop.root / "compat") == before


def test_history_holds_what_the_contract_promised(shop: Shop) -> None:
    release(shop)
    ((released,), problems) = read_history(folders(shop).history / "orders", "orders")

    assert problems == ()
    assert (released.facts.partitions, released.facts.key, released.facts.topic) == (6, "tenant_id", "orders")
    assert json.loads((folders(shop).history / "orders" / "1.json").read_text())["number"] == 1

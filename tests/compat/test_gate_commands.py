"""check, diff, release and rule as people and pipelines call them: output and exit codes."""

import json
import subprocess
from pathlib import Path

import pytest

from eventpact.cli.app import run
from eventpact.dev import RegistryServer
from eventpact.registry import MemoryRegistry, SchemaText
from eventpact.schema import Level
from tests.compat.shop import Shop, enum, field, logical, order

TOTAL = field("total", "long", unit="cents")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    shop = Shop(tmp_path / "repository")
    shop.write(TOTAL)
    monkeypatch.chdir(shop.root)
    for name in ("EVENTPACT_MANIFEST", "SCHEMA_REGISTRY_URL", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    return shop


def findings(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    report = json.loads(capsys.readouterr().out)
    assert report["version"] == 1
    found: list[dict[str, object]] = report["findings"]
    return found


def test_release_then_check_then_a_bad_edit(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["release", "orders"]) == 0
    assert run(["check"]) == 0
    shop.write(field("total", "long", unit="euros"))
    capsys.readouterr()

    assert run(["check", "--format", "json"]) == 1
    (finding,) = (one for one in findings(capsys) if one["severity"] == "error")
    assert finding["rule"] == "UNIT_CHANGED"
    assert (finding["contract"], finding["file"], finding["location"]) == (
        "orders",
        "schemas/order.avsc",
        "/fields/1/unit",
    )
    assert finding["line"] == 14


def test_release_refuses_what_the_gate_refuses(shop: Shop) -> None:
    run(["release", "orders"])
    shop.write(field("total", "long", unit="euros"))

    assert run(["release", "orders"]) == 1
    assert not (shop.root / "compat/history/orders/2.avsc").exists()


@pytest.mark.parametrize("name", ["../../../orders", "/orders", "a/b", "..", "."])
def test_a_release_stays_in_its_folder(shop: Shop, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    shop.manifest.write_text(
        shop.manifest.read_text("utf-8").replace("[contracts.orders", f'[contracts."{name}"'), "utf-8"
    )
    run(["generate"])
    before = sorted(shop.root.parent.rglob("*"))

    assert run(["release", name]) == 1
    assert "rename the contract" in capsys.readouterr().err
    assert sorted(shop.root.parent.rglob("*")) == before


def test_dry_run_writes_nothing(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["release", "orders", "--dry-run"]) == 0
    assert "compat/history/orders/1.avsc" in capsys.readouterr().out
    assert not (shop.root / "compat").exists()


def test_waiver_lets_it_pass_and_is_shown(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    run(["release", "orders"])
    shop.write(field("total", "long", unit="euros"))
    waiver = {
        "rule": "UNIT_CHANGED", "contract": "orders", "location": "Order.total", "reason": "no reader", "owner": "team",
    }  # fmt: skip
    lines = ["[[waiver]]", *(f'{key} = "{text}"' for key, text in waiver.items()), "expires = 2026-06-01"]
    (shop.root / "compat/waivers.toml").write_text("\n".join(lines), "utf-8")

    assert run(["check", "--today", "2026-06-01"]) == 0
    assert "error until 2026-06-01 by team: no reader" in capsys.readouterr().out
    assert run(["check", "--today", "2026-06-02"]) == 1


def test_diff_of_two_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = tmp_path / "old.avsc", tmp_path / "new.avsc"
    old.write_text(order(field("at", logical("long", "timestamp-millis"))), "utf-8")
    new.write_text(order(field("at", logical("long", "timestamp-micros"))), "utf-8")

    assert run(["diff", str(old), str(new), "--format", "json"]) == 1
    (finding,) = findings(capsys)
    assert {key: finding[key] for key in ("rule", "severity", "location", "before", "after")} == {
        "rule": "TIME_UNIT_CHANGED",
        "severity": "error",
        "location": "/fields/0/type",
        "before": "long (timestamp-millis)",
        "after": "long (timestamp-micros)",
    }
    assert run(["diff", str(old), str(old), "--format", "json"]) == 0
    assert findings(capsys) == []


def test_diff_of_a_new_version_that_is_no_schema_is_a_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = tmp_path / "old.avsc", tmp_path / "new.avsc"
    old.write_text(order(field("n", "int")), "utf-8")
    new.write_text(order(field("n", "integer")), "utf-8")

    assert run(["diff", str(old), str(new), "--format", "json"]) == 1
    assert [one["rule"] for one in findings(capsys)] == ["INVALID_SCHEMA"]


def test_diff_knows_types_of_files_beside_it(tmp_path: Path) -> None:
    (tmp_path / "status.avsc").write_text(json.dumps(enum("A", "B", namespace="shop")), "utf-8")
    for name in ("old", "new"):
        (tmp_path / f"{name}.avsc").write_text(order(field("s", "shop.Status")), "utf-8")

    assert run(["diff", f"{tmp_path}/old.avsc", f"{tmp_path}/new.avsc"]) == 0


def test_diff_takes_released_versions(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    run(["release", "orders"])
    shop.write(TOTAL, field("note", ["null", "string"], default=None))
    run(["release", "orders"])
    capsys.readouterr()

    assert run(["diff", "orders@1", "orders@latest", "--format", "json"]) == 0
    assert [one["rule"] for one in findings(capsys)] == ["FIELD_ADDED"]


def test_level_decides_which_direction_counts(tmp_path: Path) -> None:
    old, new = tmp_path / "old.avsc", tmp_path / "new.avsc"
    old.write_text(order(field("n", "int"), field("m", "int")), "utf-8")
    new.write_text(order(field("n", "int")), "utf-8")
    arguments = ["diff", str(old), str(new)]

    assert run(arguments) == 0
    assert run([*arguments, "--fail-on", "warning"]) == 1
    assert run([*arguments, "--level", "BACKWARD", "--fail-on", "warning"]) == 0
    assert run([*arguments, "--level", "FULL"]) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["diff", "nothing.avsc", "schemas/order.avsc"],
        ["diff", "orders@7", "schemas/order.avsc"],
        ["diff", "git:HEAD", "schemas/order.avsc"],
        ["diff", "git:HEAD:schemas/order.avsc", "schemas/order.avsc"],
        ["diff", "registry:orders-value", "schemas/order.avsc"],
        ["diff", "registry:orders-value@1", "schemas/order.avsc"],
        ["check", "--against", "yesterday"],
        ["check", "--against", "git:--output=x"],
        ["check", "--against", "registry"],
        ["check", "--compat", "nowhere"],
        ["rule", "NO_SUCH_RULE"],
        ["check", "--format", "pdf"],
    ],
)
def test_wrong_usage_is_exit_code_two(shop: Shop, arguments: list[str]) -> None:
    assert run(arguments) == 2


def test_schema_that_does_not_parse_is_a_finding_of_check(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.file.write_text('{"type": "record"', "utf-8")

    assert run(["check", "--format", "json"]) == 1
    assert [(one["rule"], one["file"]) for one in findings(capsys)] == [("INVALID_SCHEMA", "schemas/order.avsc")]


def test_step_summary_is_appended(shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["release", "orders"])
    shop.write(field("total", "long", unit="euros"))
    capsys.readouterr()
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", "utf-8")

    assert run(["check", "--format", "github", "--summary", str(summary)]) == 1
    assert capsys.readouterr().out.startswith("::error file=schemas/order.avsc,line=14,")
    assert summary.read_text("utf-8").startswith("before\n### eventpact check --against history: 1 error")


@pytest.mark.parametrize("form", ["sarif", "junit", "markdown", "text"])
def test_every_form_is_printed(shop: Shop, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--format", form]) == 0
    assert "UNRELEASED" in capsys.readouterr().out or form == "markdown"


def test_rule_is_found_however_it_is_spelled(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rule", "time-unit-changed"]) == 0
    assert "a time keeps its unit" in capsys.readouterr().out
    assert run(["rule", "--json"]) == 0
    assert {"TIME_UNIT_CHANGED", "MISSING_DOC"} <= {row["id"] for row in json.loads(capsys.readouterr().out)}


def test_check_against_the_registry(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    registry = MemoryRegistry()
    registry.set_level(Level.NONE)
    registry.register("orders-value", SchemaText(shop.file.read_text("utf-8")))
    shop.write(field("total", "long", unit="euros"))
    with RegistryServer(registry) as server:
        monkeypatch.setenv("SCHEMA_REGISTRY_URL", server.url)

        assert run(["check", "--against", "registry", "--format", "json"]) == 1
        assert [(f["rule"], f["against"]) for f in findings(capsys) if f["severity"] == "error"] == [
            ("UNIT_CHANGED", "version 1")
        ]
        assert run(["diff", "registry:orders-value@latest", "schemas/order.avsc", "--format", "json"]) == 1
        assert [f["rule"] for f in findings(capsys)] == ["UNIT_CHANGED"]


def test_a_registry_that_refuses_a_schema_is_a_finding_and_no_outage(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A pipeline that repeats on exit code 2 would repeat this for ever."""
    memory = MemoryRegistry()
    memory.register("orders-value", SchemaText(order(field("other", "long"))))
    with RegistryServer(memory) as server:
        monkeypatch.setenv("SCHEMA_REGISTRY_URL", server.url)

        assert run(["register"]) == 1
    assert "eventpact check --against registry" in capsys.readouterr().err


def test_the_last_line_is_one_line_whatever_the_width(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("eventpact.cli.gate_show.err.width", 20)

    run(["check"])
    assert "eventpact check --against history: " in capsys.readouterr().err.splitlines()[-1]


def test_check_against_a_revision_sees_edited_history(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=shop.root, check=True, capture_output=True)

    git("init", "-q")
    run(["release", "orders"])
    git("add", ".")
    git("-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "-m", "one")
    (shop.root / "compat/golden/orders/1/000-typical.bin").unlink()
    capsys.readouterr()

    assert run(["check", "--against", "git:HEAD", "--format", "json"]) == 1
    assert {str(f["path"]) for f in findings(capsys)} == {"orders/1/000-typical.bin", "orders/1"}


def test_a_revision_with_a_broken_schema_is_named(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=shop.root, check=True, capture_output=True)

    good = shop.file.read_bytes()
    shop.file.write_bytes(b"{")
    git("init", "-q")
    git("add", ".")
    git("-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "-m", "one")
    shop.file.write_bytes(good)

    assert run(["check", "--against", "git:HEAD"]) == 1
    assert "git:HEAD:schemas/order.avsc:1:" in capsys.readouterr().err

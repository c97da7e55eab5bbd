"""A new repository passes its own `make test`, and nobody's file is overwritten."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from eventpact.cli.app import run
from eventpact.dead_letter import DeadLetter
from eventpact.errors import ForeignFileError
from eventpact.scaffold import Names, render, write
from eventpact.scaffold.origin import Origin, origin

ROOT = Path(__file__).parents[2]
NAMES = Names.of("shop", event="OrderPlaced", namespace="com.example.shop", owner="@example/shop")
BIN = Path(sys.executable).parent


def rendered(names: Names = NAMES) -> dict[str, str]:
    return render(names, version="0.1.0", requirement="eventpact[cli,sample]")


def test_a_new_repository_passes_its_own_tests(tmp_path: Path) -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("make is not installed")
    write(rendered(), tmp_path)
    # This interpreter's environment instead of a new one: the suite needs no network.
    command = [make, "test", f"BIN={BIN}", "STAMP="]
    kept = {name: os.environ[name] for name in ("HOME", "PATH", "LANG") if name in os.environ}
    kept["MYPY_CACHE_DIR"] = str(ROOT / ".mypy_cache" / "scaffold")

    done = subprocess.run(command, cwd=tmp_path, env=kept, capture_output=True, text=True, timeout=300)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout
    assert "Success: no issues found" in done.stdout


@pytest.mark.parametrize("command", [["format", "--check"], ["generate", "--check"], ["lint"], ["check"]])
def test_names_that_are_as_odd_as_they_may_be_pass_the_gate(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = Names.of(
        "card-payment", event="HTTPCallEvent", namespace="a", package="p", topic="T.x_1", owner="A Team / B+C"
    )
    write(rendered(odd), tmp_path)
    monkeypatch.chdir(tmp_path)

    assert run(command) == 0, capsys.readouterr()


def test_the_written_code_is_laid_out(tmp_path: Path) -> None:
    write(rendered(), tmp_path)

    for job in (["check", "--extend-select", "I"], ["format", "--check", "--line-length", "100"]):
        done = subprocess.run([BIN / "ruff", *job, "tests"], cwd=tmp_path, capture_output=True, text=True, timeout=60)

        assert done.returncode == 0, done.stdout + done.stderr


def test_names_stand_where_they_belong_and_no_place_is_left_empty() -> None:
    files = rendered()

    assert not [path for path, text in files.items() if "@@" in text.replace("@example", "")]
    manifest = tomllib.loads(files["schemas/contracts.toml"])
    assert manifest["contracts"]["shop"]["topic"]["name"] == "shop-events"
    assert manifest["packages"]["shop_events"]["schemas"] == ["order_placed.avsc"]
    assert tomllib.loads(files["pyproject.toml"])["project"]["name"] == "shop-events"
    assert files["schemas/dead_letter.avsc"] == DeadLetter.SCHEMA_TEXT


def test_the_workflow_is_that_of_this_repository() -> None:
    """It uses the action with inputs that the action has, and checks out what a comparison needs."""
    workflow = yaml.safe_load(rendered()[".github/workflows/contracts.yml"])
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    checkout, gate = workflow["jobs"]["check"]["steps"]

    assert gate["uses"].startswith("eventpact/eventpact@")
    assert set(gate["with"]) <= set(action["inputs"])
    assert checkout["with"]["fetch-depth"] == 0
    assert {"run": "make test"} in workflow["jobs"]["test"]["steps"]


def test_the_hooks_are_hooks_of_this_repository() -> None:
    hooks = yaml.safe_load(rendered()[".pre-commit-config.yaml"])["repos"][0]["hooks"]
    known = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))

    assert {hook["id"] for hook in hooks} == {hook["id"] for hook in known}


def test_nothing_is_overwritten_and_nothing_is_half_written(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")

    with pytest.raises(ForeignFileError, match=r"has README.md already; move"):
        write(rendered(), tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    assert (tmp_path / "README.md").read_text() == "mine"


def test_a_repository_of_contracts_is_not_made_twice(tmp_path: Path) -> None:
    write(rendered(), tmp_path)

    with pytest.raises(ForeignFileError, match=r"add another \[contracts.NAME\] table"):
        write(rendered(Names.of("other")), tmp_path)


def test_the_command_names_what_it_wrote_and_what_comes_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert run(["init", "shop-contracts", "--event", "OrderPlaced"]) == 0

    told = capsys.readouterr()
    there = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert sorted(Path(line) for line in told.out.splitlines()) == there
    assert "cd shop-contracts && git init && make test" in told.err
    assert run(["check", "--manifest", "shop-contracts/schemas/contracts.toml"]) == 0


def test_a_bad_name_is_a_usage_error_that_names_its_option(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["init", str(tmp_path / "shop"), "--event", "order"]) == 2
    assert "name it with --event" in " ".join(capsys.readouterr().err.replace("│", "").split())
    assert not (tmp_path / "shop").exists()


@pytest.mark.parametrize(
    ("noted", "found"),
    [
        (None, Origin("eventpact[cli,sample]")),
        (
            '{"url": "file:///home/ann/my%20eventpact", "dir_info": {"editable": true}}',
            Origin("eventpact[cli,sample]", "/home/ann/my eventpact[cli,sample]"),
        ),
        (
            '{"url": "https://github.com/eventpact/eventpact", "vcs_info": {"vcs": "git", "commit_id": "abc"}}',
            Origin("eventpact[cli,sample] @ git+https://github.com/eventpact/eventpact@abc"),
        ),
        (
            '{"url": "https://example.com/eventpact-1.whl", "archive_info": {}}',
            Origin("eventpact[cli,sample] @ https://example.com/eventpact-1.whl"),
        ),
    ],
)
def test_a_new_repository_finds_the_same_eventpact(noted: str | None, found: Origin) -> None:
    assert origin(noted) == found

"""What other repositories call: the hooks and the action name commands and options that exist."""

import re
from pathlib import Path

import pytest
import yaml

from eventpact.cli.app import run

ROOT = Path(__file__).parents[2]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_hook_calls_a_command_that_exists(hook: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    _, command, *options = hook["entry"].split()

    assert run([command, "--help"]) == 0
    told = capsys.readouterr().out
    assert all(option in told for option in options)


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_hook_looks_at_schemas_but_not_at_released_ones(hook: dict[str, str]) -> None:
    assert re.search(hook["files"], "schemas/order.avsc")
    assert "exclude" not in hook or re.search(hook["exclude"], "compat/history/orders/1.avsc")


def test_hooks_are_those_of_the_docs() -> None:
    page = (ROOT / "docs" / "compatibility.md").read_text("utf-8")

    assert re.findall(r"- id: (\S+)", page) == [hook["id"] for hook in HOOKS]


def test_action_uses_options_that_exist(capsys: pytest.CaptureFixture[str]) -> None:
    script = ACTION["runs"]["steps"][-1]["run"]
    run(["check", "--help"])
    told = capsys.readouterr().out

    assert all(option in told for option in re.findall(r"--[a-z-]+", script))


def test_action_puts_no_input_into_a_script() -> None:
    assert not any("${{" in step.get("run", "") for step in ACTION["runs"]["steps"])

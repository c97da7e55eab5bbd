"""`--help` of every command: what it does, every option in words, and an example that is one of this command."""

import re
import shlex

import pytest

from eventpact.cli.app import run
from tests.cli.commands import COMMANDS, Found, group

every_command = pytest.mark.parametrize("found", COMMANDS, ids=lambda found: found.name)


def examples(found: Found) -> list[list[str]]:
    """The words of every example in the help text, from `eventpact` on."""
    text = " ".join((found.command.help or "").split())
    _, _, tail = text.partition("Example")
    _, _, shown = tail.partition(":")
    return [
        words[words.index("eventpact") :] for part in shown.split(";") if "eventpact" in (words := shlex.split(part))
    ]


@every_command
def test_the_help_has_an_example_that_this_command_understands(found: Found) -> None:
    shown = examples(found)

    assert shown, f"eventpact {found.name}: no line `Example: eventpact {found.name} ...`"
    for words in shown:
        assert words[1 : 1 + len(found.words)] == list(found.words)
        known = {spelling for option in found.options for spelling in (*option.opts, *option.secondary_opts)}
        used = {word.partition("=")[0] for word in words[1 + len(found.words) :] if re.match(r"-{1,2}[a-z]", word)}
        assert used <= known | {"-h"}


@every_command
def test_the_help_can_be_shown(found: Found, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*found.words, "--help"]) == 0

    told = capsys.readouterr()
    assert "Usage: eventpact " + found.name in told.out
    assert told.err == ""


@every_command
def test_every_option_and_argument_is_described(found: Found) -> None:
    silent = [a.name for a in found.arguments if not a.help] + [o.name for o in found.options if not o.help]

    assert silent == []


@every_command
def test_arguments_are_called_as_the_help_text_calls_them(found: Found) -> None:
    assert [a.name for a in found.arguments if a.metavar is None or not a.metavar.isupper()] == []


def test_every_group_of_commands_is_described() -> None:
    assert {name for name, command in group().commands.items() if not command.get_short_help_str()} == set()

"""docs/cli.md: every command as `--help` says it, from the command line itself."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import get_args

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from tests.cli.commands import COMMANDS, Found, group

__all__ = ["commands_page"]

HEAD = """\
# Commands

`eventpact --help` and `eventpact COMMAND --help` say the same on the terminal. Written by `make reference`.

- **Exit codes**: 0 all is well, 1 findings (something in the repository is to be mended), 2 usage or surroundings (a
  wrong option, a setting, a broker that is away), 130 interrupted.
- **Outputs**: results on standard output, everything else on standard error. `--json` is for machines.
- **Manifest**: `schemas/contracts.toml` below the current folder; `--manifest` or `EVENTPACT_MANIFEST` name another.
- **Broker and registry**: `KAFKA_BOOTSTRAP_SERVERS` and `SCHEMA_REGISTRY_URL` in the environment or in `.env`
  ([settings.md](settings.md)).
- **Colour**: on terminals; `NO_COLOR=1` prints none.
- **Tab**: `eventpact --install-completion` teaches bash, zsh and fish commands, options, contracts, events and rules.
"""


def commands_page() -> str:
    """The whole page."""
    parts = [HEAD]
    panel = ""
    for found in _in_order():
        if (now := _panel(found)) != panel:
            parts.append(f"## {now}\n")
            panel = now
        parts.append("\n".join(_command(found)))
    return "\n".join(parts)


def _in_order() -> list[Found]:
    """As the panels of help show them."""
    panels = list(dict.fromkeys(_panel(found) for found in COMMANDS))
    return sorted(COMMANDS, key=lambda found: panels.index(_panel(found)))


def _panel(found: Found) -> str:
    top = group().commands[found.words[0]]
    assert isinstance(top, TyperCommand | TyperGroup)
    panel = top.rich_help_panel
    assert isinstance(panel, str), f"{found.name} stands in no panel of eventpact --help"
    return panel


def _command(found: Found) -> Iterator[str]:
    yield f"### `eventpact {found.name}`"
    yield ""
    yield f"`{' '.join(('eventpact', found.name, *map(_usage, found.arguments), '[OPTIONS]'))}`"
    yield ""
    for paragraph in (found.command.help or "").split("\n\n"):
        yield _paragraph(" ".join(paragraph.split()))
        yield ""
    rows = [_row(f"`{_name(argument)}`", argument, found) for argument in found.arguments]
    rows += [_row(_spelled(option), option, found) for option in found.options if option.name != "help"]
    if rows:
        yield "| | meaning |"
        yield "|---|---|"
        yield from rows
        yield ""


def _paragraph(text: str) -> str:
    head, colon, tail = text.partition(": ")
    if colon and head in {"Example", "Examples"}:
        return f"{head}: " + "; ".join(f"`{example.strip()}`" for example in tail.split(";"))
    return text


def _usage(argument: TyperArgument) -> str:
    shown = f"{_name(argument)}..." if argument.nargs == -1 else _name(argument)
    return shown if argument.required else f"[{shown}]"


def _name(argument: TyperArgument) -> str:
    return argument.metavar or str(argument.name).upper()


def _spelled(option: TyperOption) -> str:
    names = sorted((*option.opts, *option.secondary_opts), key=lambda name: (not name.startswith("--"), name))
    return ", ".join(f"`{name}`" for name in names)


def _row(name: str, parameter: TyperArgument | TyperOption, found: Found) -> str:
    said = " ".join((parameter.help or "").split())
    annotation = found.annotation(str(parameter.name))
    for kind in (annotation, *get_args(annotation)):
        if isinstance(kind, type) and issubclass(kind, Enum):
            said += " One of " + ", ".join(f"`{choice.value}`" for choice in kind) + "."
    default = getattr(parameter.default, "value", parameter.default)
    if annotation is not bool and isinstance(default, str | int | float | Path):
        said += f" Default: `{default}`."
    if isinstance(parameter.envvar, str):
        said += f" Variable: `{parameter.envvar}`."
    return f"| {name} | {said.replace('|', '&#124;')} |"

"""Every command of the command line, sub-commands included."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_type_hints

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from eventpact.cli.app import app

__all__ = ["COMMANDS", "Found", "group"]


@dataclass(frozen=True)
class Found:
    """A command and the words that it is called by."""

    words: tuple[str, ...]
    command: TyperCommand

    @property
    def name(self) -> str:
        return " ".join(self.words)

    def annotation(self, parameter: str) -> object:
        """The type that the command's function declares for a parameter."""
        return get_type_hints(self.command.callback)[parameter]

    def declared(self, parameter: str) -> tuple[object, ...]:
        """What stands beside the type: typer's Argument or Option."""
        hint = get_type_hints(self.command.callback, include_extras=True)[parameter]
        return tuple(getattr(hint, "__metadata__", ()))

    @property
    def arguments(self) -> list[TyperArgument]:
        return [parameter for parameter in self.command.params if isinstance(parameter, TyperArgument)]

    @property
    def options(self) -> list[TyperOption]:
        found = [parameter for parameter in self.command.params if isinstance(parameter, TyperOption)]
        return [option for option in found if not option.hidden]


def group() -> TyperGroup:
    """The whole command line."""
    found = typer.main.get_command(app)
    assert isinstance(found, TyperGroup)
    return found


def _below(found: TyperGroup, words: tuple[str, ...]) -> Iterator[Found]:
    for name, command in found.commands.items():
        if isinstance(command, TyperGroup):
            yield from _below(command, (*words, name))
        else:
            assert isinstance(command, TyperCommand)
            yield Found((*words, name), command)


COMMANDS = tuple(_below(group(), ()))

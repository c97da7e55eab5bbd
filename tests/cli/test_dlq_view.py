"""Dead letters as a person sees them: no line wraps, no stranger's text steers the terminal."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

import pytest
from rich.console import Console

from eventpact.cli import dlq_view
from eventpact.cli.dlq_view import print_letters
from eventpact.dead_letter import DeadLetter, Reason, Stage
from eventpact.kafka.record import Record
from tests.kafka.world import letter_of

SUMMARY = "at $.lines[2].sku: must not be longer than 20 characters, and what follows is here to be cut off somewhere"
LETTER = replace(
    letter_of(1),
    tenant_id="0f8fad5b-d9cb-469f-a165-70867728950e",
    reason=Reason.TRANSIENT_EXHAUSTED,
    stage=Stage.HANDLER,
    failed_at=datetime(2026, 11, 24, 9, 30, 1, 234_000, tzinfo=UTC),
    error_summary=SUMMARY,
)
PLACE = Record(topic="t", partition=11, offset=1_234_567_890, key=None, value=None, headers=())


def shown(
    monkeypatch: pytest.MonkeyPatch, width: int, *letters: DeadLetter, terminal: bool = True, coloured: bool = False
) -> list[str]:
    """The lines, without any styles unless they are asked for."""
    file = io.StringIO()
    styles: Literal["standard"] | None = "standard" if coloured else None
    made = Console(file=file, width=width, force_terminal=terminal, highlight=False, color_system=styles)
    monkeypatch.setattr(dlq_view, "out", made)
    print_letters(((PLACE, one) for one in letters), as_json=False)
    return file.getvalue().splitlines()


@pytest.mark.parametrize("width", [80, 99, 100, 120, 200])
def test_on_a_terminal_every_letter_is_one_line(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    lines = shown(monkeypatch, width, LETTER, replace(LETTER, tenant_id=None))

    assert len(lines) == 3
    assert all(len(line) <= width for line in lines)
    assert "0f8fad5b…" in lines[1]
    assert "HANDLER" in lines[1] or width < 100
    assert lines[1].endswith("…") or width == 200


def test_columns_stand_below_their_titles(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = shown(monkeypatch, 200, LETTER, replace(LETTER, reason=Reason.OTHER))
    at = [lines[0].index(title) for title in ("failed", "reason", "stage", "tries", "tenant", "what")]

    assert all(line[column - 2 : column] == "  " and line[column] != " " for line in lines for column in at)


def test_no_color_is_honoured_and_colour_is_there_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    without = shown(monkeypatch, 120, LETTER, coloured=True)
    monkeypatch.delenv("NO_COLOR")
    coloured = shown(monkeypatch, 120, LETTER, coloured=True)

    assert not any("[3" in line for line in without)
    assert any("\x1b[33m" in line for line in coloured)


@pytest.mark.parametrize("terminal", [True, False])
def test_a_strangers_text_is_shown_as_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], terminal: bool
) -> None:
    wild = replace(LETTER, tenant_id="\x1b]0;t\x07", error_summary="\x1b[2J\r[bold]\N{RIGHT-TO-LEFT OVERRIDE}")
    text = "\n".join(shown(monkeypatch, 300, wild, terminal=terminal)) + capsys.readouterr().out

    assert "\\x1b[2J\\r[bold]\\u202e" in text
    assert "\x1b]" not in text


def test_in_a_pipe_nothing_is_cut(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    shown(monkeypatch, 20, LETTER, terminal=False)
    (line,) = capsys.readouterr().out.splitlines()

    assert line == (
        "11:1234567890  2026-11-24T09:30:01.234000Z  TRANSIENT_EXHAUSTED  HANDLER  0  "
        f"0f8fad5b-d9cb-469f-a165-70867728950e  {SUMMARY}"
    )


def test_more_than_a_screen_comes_in_screens(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = shown(monkeypatch, 120, *[LETTER] * 250)

    assert len(lines) == 250 + 3  # each with its titles

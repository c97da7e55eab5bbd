"""Producers -> topic -> groups -> dead letters, as boxes and arrows with places. What draws them is a template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from eventpact.catalog.entries import Entry
from eventpact.contract import DeadLetterTopic
from eventpact.contract.duration import written

__all__ = ["Arrow", "Box", "Picture", "pictures"]

Look: TypeAlias = Literal["people", "topic", "group", "dead"]

_HEIGHT: Final = 64
_GAP: Final = 16
_FRAME: Final = 10
# What a character takes, in the units of the picture. Titles are set in a font of one width, notes are not.
_CHARACTER: Final = 7.8
_NOTE_CHARACTER: Final = 7.4
# Columns of the wide picture: where they begin, and how wide they are.
_LEFT, _MIDDLE, _RIGHT = (4, 224), (288, 272), (620, 336)


@dataclass(frozen=True, slots=True)
class Box:
    """What stands in it is cut to what fits; `Picture.desc` says names in full."""

    look: Look
    x: int
    y: int
    width: int
    title: str
    note: str = ""
    height: int = _HEIGHT

    @property
    def shown(self) -> str:
        """The title, cut to what fits."""
        return _cut(self.title, int(self._room / _CHARACTER))

    @property
    def shown_note(self) -> str:
        return _cut(self.note, int(self._room / _NOTE_CHARACTER))

    @property
    def _room(self) -> int:
        # A topic has its mark at the right.
        return self.width - (44 if self.look in ("topic", "dead") else 28)

    def at(self, x: int, width: int, y: int) -> Box:
        return replace(self, x=x, width=width, y=y)

    @property
    def middle(self) -> int:
        return self.y + self.height // 2


@dataclass(frozen=True, slots=True)
class Arrow:
    """An SVG path, and what is said beside it at (x, y)."""

    path: str
    label: str = ""
    x: int = 0
    y: int = 0
    dead: bool = False
    anchor: str = "middle"


def _cut(text: str, most: int) -> str:
    """Both ends of a name tell it apart, so the middle goes."""
    if len(text) <= most:
        return text
    head = (most - 1) * 2 // 3
    return f"{text[:head]}…{text[len(text) - (most - 1 - head) :]}"


@dataclass(frozen=True, slots=True)
class Picture:
    """``look`` is for wide or for narrow screens; both say the same. ``frame`` is around several groups."""

    look: Literal["wide", "tall"]
    width: int
    height: int
    title: str
    desc: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    frame: Box | None = None


def pictures(entry: Entry) -> tuple[Picture, Picture]:
    """The picture of a contract: side by side, and one below the other."""
    return _wide(entry), _tall(entry)


def _notes(entry: Entry) -> dict[str, str]:
    topic, key = entry.contract.topic, entry.contract.key
    return {
        "producers": f"key: {key}",
        "topic": f"{_partitions(topic.partitions)}, {_kept(topic.retention_ms)}",
    }


def _partitions(count: int) -> str:
    return f"{count} partition{'' if count == 1 else 's'}"


def _kept(retention_ms: int | None) -> str:
    return "kept for ever" if retention_ms is None else f"kept {written(retention_ms)}"


def _letter_boxes(entry: Entry, letter: DeadLetterTopic) -> tuple[Box, Box, Box]:
    """The dead-letter topic, who reads it, and where hopeless records end; not placed yet."""
    kept = f"{_partitions(letter.topic.partitions)}, {_kept(letter.topic.retention_ms)}"
    return (
        Box("dead", 0, 0, 0, letter.topic.name, kept),
        Box("group", 0, 0, 0, letter.group, f"tries {_times(letter.max_retries)} more"),
        Box("dead", 0, 0, 0, entry.contract.parked_topic, "for people to decide"),
    )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _groups(entry: Entry, x: int, width: int, y: int) -> tuple[Box, ...]:
    names: Sequence[str] = entry.contract.groups or ("no group is named",)
    note = "consumer group" if entry.contract.groups else "in the manifest"
    return tuple(Box("group", x, y + n * (_HEIGHT + _GAP), width, name, note) for n, name in enumerate(names))


def _framed(groups: tuple[Box, ...], entry: Entry) -> Box | None:
    """What any of several groups cannot handle leaves from the frame around them."""
    if len(groups) == 1 or entry.contract.dead_letter is None:
        return None
    first, last = groups[0], groups[-1]
    height = last.y + _HEIGHT - first.y + 2 * _FRAME
    return Box("group", first.x - _FRAME, first.y - _FRAME, first.width + 2 * _FRAME, "", height=height)


def _wide(entry: Entry) -> Picture:
    contract, notes = entry.contract, _notes(entry)
    groups = _groups(entry, *_RIGHT, _FRAME + 2)
    frame = _framed(groups, entry)
    bottom = groups[-1].y + _HEIGHT + (_FRAME if frame else 0)
    middle = (groups[0].y + groups[-1].y + _HEIGHT) // 2
    producers = Box("people", _LEFT[0], middle - _HEIGHT // 2, _LEFT[1], "Producers", notes["producers"])
    topic = Box("topic", _MIDDLE[0], middle - _HEIGHT // 2, _MIDDLE[1], contract.topic.name, notes["topic"])
    boxes = [producers, topic, *groups]
    arrows = [_to_right(sum(_LEFT), _MIDDLE[0], middle, middle)]
    arrows += [_to_right(sum(_MIDDLE), _RIGHT[0], middle, group.middle) for group in groups]
    if (letter := contract.dead_letter) is not None:
        y = bottom + 56
        dead, retry, parked = _letter_boxes(entry, letter)
        down = _RIGHT[0] + _RIGHT[1] // 2
        at = y + _HEIGHT // 2
        boxes += [dead.at(*_RIGHT, y), retry.at(*_MIDDLE, y), parked.at(*_LEFT, y)]
        arrows += [
            Arrow(f"M{down} {bottom} V{y - 8}", "cannot be handled", down + 12, bottom + 32, dead=True, anchor="start"),
            Arrow(f"M{_RIGHT[0]} {at} H{sum(_MIDDLE) + 8}", dead=True),
            Arrow(f"M{_MIDDLE[0]} {at} H{sum(_LEFT) + 8}", "in vain", sum(_LEFT) + 32, at - 10, dead=True),
        ]
        bottom = y + _HEIGHT
    return Picture("wide", 968, bottom + 8, _title(entry), _desc(entry), tuple(boxes), tuple(arrows), frame)


def _to_right(start: int, end: int, from_y: int, to_y: int) -> Arrow:
    """A straight line, or one that turns twice with round corners."""
    tip = end - 8
    if from_y == to_y:
        return Arrow(f"M{start} {from_y} H{tip}")
    bend, turn = 12 if to_y > from_y else -12, (start + end) // 2 - 6
    return Arrow(
        f"M{start} {from_y} H{turn - 12} Q{turn} {from_y} {turn} {from_y + bend}"
        f" V{to_y - bend} Q{turn} {to_y} {turn + 12} {to_y} H{tip}"
    )


def _tall(entry: Entry) -> Picture:
    contract, notes = entry.contract, _notes(entry)
    x, width, step = 12, 296, _HEIGHT + 48
    groups = _groups(entry, x, width, 8 + 2 * step)
    frame = _framed(groups, entry)
    boxes = [
        Box("people", x, 8, width, "Producers", notes["producers"]),
        Box("topic", x, 8 + step, width, contract.topic.name, notes["topic"]),
        *groups,
    ]
    arrows = [_down(8 + _HEIGHT), _down(8 + step + _HEIGHT)]
    bottom = groups[-1].y + _HEIGHT + (_FRAME if frame else 0)
    if (letter := contract.dead_letter) is not None:
        for box, label in zip(_letter_boxes(entry, letter), ("cannot be handled", "", "in vain"), strict=True):
            arrows.append(_down(bottom, label, dead=True))
            boxes.append(box.at(x, width, bottom + 48))
            bottom += step
    return Picture("tall", 320, bottom + 8, _title(entry), _desc(entry), tuple(boxes), tuple(arrows), frame)


def _down(y: int, label: str = "", *, dead: bool = False) -> Arrow:
    return Arrow(f"M160 {y} V{y + 40}", label, 172, y + 28, dead=dead, anchor="start")


def _title(entry: Entry) -> str:
    return f"How {entry.event} events travel"


def _desc(entry: Entry) -> str:
    contract = entry.contract
    topic = contract.topic
    said = [
        f"Producers write to the topic {topic.name} ({_partitions(topic.partitions)}, {_kept(topic.retention_ms)}),"
        f" keyed by {contract.key}.",
        f"It is read by {_listed(contract.groups)}." if contract.groups else "No consumer group is named.",
    ]
    if (letter := contract.dead_letter) is not None:
        said.append(
            f"What cannot be handled goes to {letter.topic.name}, is tried {_times(letter.max_retries)} more by"
            f" {letter.group}, and is then parked in {topic.name}-parked."
        )
    return " ".join(said)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

"""Dead letters as lines: for a terminal, as wide as that is; for a pipe, whole; for machines, as JSON."""

import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final, TypeAlias

import typer
from rich.text import Text

from eventpact.cli.console import out
from eventpact.cli.dlq_options import TenantNames
from eventpact.dead_letter import DeadLetter
from eventpact.kafka.letter_stats import LetterStats
from eventpact.kafka.record import Record

__all__ = ["plain", "print_letters", "print_stats", "stats_dict", "with_tenant"]

Row: TypeAlias = tuple[str, str, str, str, str, str, str]

TITLES: Final[Row] = ("place", "failed", "reason", "stage", "tries", "tenant", "what went wrong")
STYLES: Final = ("cyan", "", "yellow", "", "", "", "")
WIDE: Final = 100
"""Columns of a terminal from which on every column has its room."""
SCREEN: Final = 100
"""Lines whose widths are found together; after that many the next ones are looked at."""
SHORT_TENANT: Final = 9
LISTED: Final = 10


def print_letters(letters: Iterable[tuple[Record, DeadLetter]], *, as_json: bool) -> None:
    """One line each, as they come."""
    if as_json:
        for record, letter in letters:
            typer.echo(json.dumps(as_dict(record, letter)))
    elif out.is_terminal:
        print_table(row(record, letter) for record, letter in letters)
    else:
        for record, letter in letters:
            typer.echo("  ".join(row(record, letter)))


def print_table(rows: Iterator[Row]) -> None:
    """Columns that fit into the terminal: a narrow one gets no year, no stage, and the start of a tenant."""
    narrow = out.width < WIDE
    while block := list(itertools.islice(rows, SCREEN)):
        table = [narrowed(one) if narrow else shortened(one) for one in (TITLES, *block)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        for number, one in enumerate(table):
            line = Text(no_wrap=True, overflow="ellipsis")
            for text, width, style in zip(one, widths, STYLES, strict=True):
                if width:
                    line.append(f"{text:<{width}}  ", "dim" if number == 0 else style)
            line.rstrip()
            out.print(line, no_wrap=True, overflow="ellipsis", crop=True)


def with_tenant(letter: DeadLetter, name: TenantNames) -> DeadLetter:
    """The letter as it is shown: with its tenant called by that name."""
    return letter if letter.tenant_id is None else replace(letter, tenant_id=name(letter.tenant_id))


def row(record: Record, letter: DeadLetter) -> Row:
    from eventpact.codec.json_leaves import zoned

    return (
        f"{record.partition}:{record.offset}",
        zoned(letter.failed_at),
        letter.reason.value,
        letter.stage.value,
        str(letter.retry_count),
        plain(letter.tenant_id or "-"),
        plain(letter.error_summary),
    )


def shortened(one: Row) -> Row:
    """Seconds are enough, and the start of a tenant."""
    place, failed, reason, stage, tries, tenant, summary = one
    return (place, failed[:19].replace("T", " "), reason, stage, tries, start(tenant), summary)


def narrowed(one: Row) -> Row:
    place, failed, reason, _, tries, tenant, summary = shortened(one)
    return (place, failed[5:] if failed[:1].isdigit() else failed, reason, "", tries, tenant, summary)


def start(tenant: str) -> str:
    return tenant if len(tenant) <= SHORT_TENANT else f"{tenant[: SHORT_TENANT - 1]}…"


def as_dict(record: Record, letter: DeadLetter) -> dict[str, object]:
    from eventpact.codec.json_leaves import zoned

    return {
        "partition": record.partition,
        "offset": record.offset,
        "failed_at": zoned(letter.failed_at),
        "reason": letter.reason.value,
        "stage": letter.stage.value,
        "retry_count": letter.retry_count,
        "tenant_id": letter.tenant_id,
        "schema_id": letter.schema_id,
        "dlq_id": letter.dlq_id,
        "error_class": letter.error_class,
        "error_summary": letter.error_summary,
    }


def groups_of(counts: LetterStats) -> dict[str, Counter[str]]:
    return {
        "reason": counts.reasons,
        "stage": counts.stages,
        "schema_id": counts.schema_ids,
        "retry_count": counts.retries,
        "partition": counts.partitions,
        "tenant": counts.tenants,
    }


def stats_dict(counts: LetterStats) -> dict[str, object]:
    """For machines: every count."""
    from eventpact.codec.json_leaves import zoned

    return {
        "read": counts.read,
        "matched": counts.matched,
        "unreadable": counts.unreadable,
        "expiring": counts.expiring,
        "oldest": None if counts.oldest is None else zoned(counts.oldest),
        "newest": None if counts.newest is None else zoned(counts.newest),
        **{name: dict(group.most_common()) for name, group in groups_of(counts).items()},
    }


def print_stats(counts: LetterStats) -> None:
    """For people: the ten largest of each kind."""
    from eventpact.codec.json_leaves import zoned

    typer.echo(f"{counts.matched} of {counts.read} records, {counts.unreadable} unreadable")
    if counts.oldest is not None and counts.newest is not None:
        typer.echo(f"failed from {zoned(counts.oldest)} to {zoned(counts.newest)}")
    if counts.expiring:
        line = Text(f"{counts.expiring} are deleted soon: less than a tenth of the topic's retention is left", "yellow")
        out.print(line, soft_wrap=True)
    for name, group in groups_of(counts).items():
        for number, (value, count) in enumerate(group.most_common(LISTED)):
            said = Text.assemble((f"{name if number == 0 else '':<12}", "dim"), f"{count:>9}  {plain(value)}")
            out.print(said, soft_wrap=True)
        if len(group) > LISTED:
            rest = group.total() - sum(count for _, count in group.most_common(LISTED))
            out.print(Text(f"{'':<12}{rest:>9}  in {len(group) - LISTED} others, see --json", "dim"), soft_wrap=True)


def plain(text: str) -> str:
    """Visible ASCII: what strangers write must not steer a terminal."""
    return text.encode("unicode_escape").decode("ascii")

"""A report as a person reads it: what is wrong stands out, in 80 columns and in more."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from eventpact.status.figures import (
    ContractReport,
    GroupReport,
    GroupRow,
    LettersReport,
    PartitionRow,
    Report,
    Share,
)

__all__ = ["age", "view"]

R = TypeVar("R")
BAR = 10
UNEVEN = 2.0
"""From here on a partition holds so much more than its share that it is worth a colour."""
OLD = 60.0
TENANT = 36


def view(report: Report, rows: int) -> RenderableType:
    """Everything, one contract below the other. `rows` partitions are shown of each."""
    moment = datetime.fromtimestamp(report.wall_ms / 1000, UTC)
    since = "one look, no rates yet" if report.seconds is None else f"rates over {report.seconds:.1f} s"
    head = Text.assemble((f"{moment:%Y-%m-%d %H:%M:%S}Z", "bold"), f"  {since}", style="dim")
    parts: list[RenderableType] = [head]
    for contract in report.contracts:
        parts += [Text(), *_contract(contract, rows)]
    parts += [Text(f"note: {gap}", style="yellow") for gap in report.gaps]
    return Group(*parts)


def age(seconds: float | None) -> str:
    """`-`, `4s`, `3m 20s`, `5h 3m`, `2d 4h`."""
    if seconds is None:
        return "-"
    whole = int(seconds)
    for size, unit, smaller, name in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "m"), (60, "m", 1, "s")):
        if whole >= size:
            return f"{whole // size}{unit} {whole % size // smaller}{name}"
    return f"{whole}s"


def _contract(found: ContractReport, rows: int) -> Iterable[RenderableType]:
    head = Text.assemble((found.name, "bold cyan"), f"  {found.topic}")
    if not found.exists:
        yield head.append("  does not exist: eventpact plan, then eventpact apply", "red")
        return
    yield head.append(f"  {found.stored:,} stored, {_rate(found.rate)} in")
    if found.writers:
        of = "of all records" if found.complete else f"of the newest {found.sampled:,}"
        yield Text.assemble(("  writers  ", "dim"), _list(found.writers), (f"  ({of})", "dim"))
    if found.tenants:
        yield _tenants(found)
    if not found.groups:
        yield _partitions(found, None, rows)
    for group in found.groups:
        yield _group_head(group)
        yield _partitions(found, group, rows)
    if found.strangers:
        names = ", ".join(found.strangers)
        yield Text.assemble(("  also     ", "dim"), names, ("  (read it, and the manifest does not say so)", "yellow"))
    if found.letters is not None:
        yield from _letters(found.letters)
    for gap in dict.fromkeys(found.gaps):
        yield Text(f"  note: {gap}", style="yellow")


def _group_head(group: GroupReport) -> Text:
    members = "" if group.members is None else f"{group.members} member{'' if group.members == 1 else 's'}, "
    text = Text.assemble(("  group    ", "dim"), (group.name, "bold"), f"  {members}{group.state or ''}".rstrip(", "))
    if group.members == 0 and group.lag:
        text.append("  nobody reads", "bold red")
    if group.missed:
        text.append(f"  {group.missed:,} records expired unread", "bold red")
    return text


def _partitions(found: ContractReport, group: GroupReport | None, rows: int) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", show_footer=False)
    for name in ("  part", "in/s", "stored"):
        table.add_column(name, justify="right", no_wrap=True)
    skew = "" if found.skew is None else f" x{found.skew:.1f}"
    table.add_column(f"share{skew}", no_wrap=True, width=BAR + 5)
    if group is None:
        for row in _worst(found.partitions, rows, lambda one: one.stored):
            table.add_row(*_partition(row, found))
        return table
    for name in ("out/s", "lag", "oldest"):
        table.add_column(name, justify="right", no_wrap=True)
    owned = any(row.owner for row in group.rows)
    if owned:
        # The one column that may give way on a narrow screen.
        table.add_column("member")
    stored = {row.partition: row for row in found.partitions}
    shown = _worst(group.rows, rows, lambda one: one.lag)
    for one in shown:
        owner = [Text(one.owner or "-", no_wrap=True, overflow="ellipsis")] if owned else []
        table.add_row(*_partition(stored[one.partition], found), *_progress(one), *owner)
    if (hidden := len(group.rows) - len(shown)) > 0:
        table.add_row(Text(f"+{hidden}", style="dim"))
    total = GroupRow(-1, group.lag, group.oldest, group.rate, None, group.missed, None)
    bold = [Text("all"), Text(_number(found.rate)), Text(f"{found.stored:,}"), Text(), *_progress(total)]
    table.add_row(*bold, style="bold")
    return table


def _partition(row: PartitionRow, found: ContractReport) -> list[Text]:
    even = 1 / len(found.partitions)
    style = "yellow" if row.share >= UNEVEN * even and row.stored else ""
    bar = Text.assemble(_bar(row.share, style or "blue"), (f" {row.share:>4.0%}", style))
    return [Text(str(row.partition)), Text(_number(row.rate)), Text(f"{row.stored:,}"), bar]


def _progress(row: GroupRow) -> list[Text]:
    old = row.oldest is not None and row.oldest >= OLD
    lag = Text(f"{row.lag:,}", style="yellow" if row.lag else "green")
    return [Text(_number(row.rate)), lag, Text(age(row.oldest), style="red" if old else "")]


def _letters(found: LettersReport) -> Iterable[RenderableType]:
    head = Text.assemble(("  dead     ", "dim"), (found.topic, "bold"))
    if not found.exists:
        yield head.append("  does not exist: eventpact plan, then eventpact apply", "red")
        return
    head.append(f"  {found.stored:,} stored", "red" if found.stored else "green")
    if found.rate:
        head.append(f", {_rate(found.rate)} in", "red")
    if found.group is not None and found.group.lag:
        head.append(f", {found.group.lag:,} not yet retried or parked")
    if found.parked:
        head.append(f", {found.parked:,} parked", "red")
    yield head
    if found.reasons:
        of = "of all" if found.complete else f"of the newest {found.sampled:,}"
        yield Text.assemble(("           ", ""), _list(found.reasons), (f"  ({of})", "dim"))


def _tenants(found: ContractReport) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    seen = f"{found.tenants_seen:,} seen"
    for number, tenant in enumerate(found.tenants):
        label = Text("  tenants" if number == 0 else "", style="dim")
        name = tenant.name if len(tenant.name) <= TENANT else f"{tenant.name[: TENANT - 3]}..."
        note = Text(seen if number == 0 else "", style="dim")
        table.add_row(label, name, Text.assemble(_bar(tenant.share, "magenta"), f" {tenant.share:>4.0%}"), note)
    return table


def _bar(share: float, style: str) -> Text:
    full = round(share * BAR)
    return Text.assemble(("#" * full, style), ("." * (BAR - full), "dim"))


def _list(shares: Sequence[Share]) -> Text:
    text = Text()
    for number, share in enumerate(shares):
        text.append(f"{', ' if number else ''}{share.name} ").append(f"{share.share:.0%}", "bold")
    return text


def _worst(rows: Sequence[R], most: int, size: Callable[[R], int]) -> list[R]:
    """The first `most` by size, in the order of the partitions."""
    kept = sorted(rows, key=size, reverse=True)[:most]
    return [row for row in rows if row in kept]


def _number(rate: float | None) -> str:
    if rate is None:
        return "-"
    return f"{rate:,.0f}" if rate >= 10 or rate == 0 else f"{rate:.1f}"


def _rate(rate: float | None) -> str:
    return "- /s" if rate is None else f"{_number(rate)}/s"

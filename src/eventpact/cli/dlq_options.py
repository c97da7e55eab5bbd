"""What the dlq commands share: options that choose dead letters, and the reader that they open."""

from __future__ import annotations

import functools
import inspect
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, ParamSpec, TypeAlias

import typer

from eventpact.cli.completing import ContractArgument
from eventpact.cli.contract_class import contract_class
from eventpact.contract import Contract
from eventpact.dead_letter import Reason, Stage
from eventpact.kafka.letter_filter import LetterFilter

if TYPE_CHECKING:
    from eventpact.kafka.letter_scan import LetterScan
    from eventpact.kafka.settings import Settings
    from eventpact.registry import Registry

__all__ = ["ContractArgument", "Opened", "RevealOption", "TenantNames", "choosing", "choosing_by_content", "opened"]

P = ParamSpec("P")
TenantNames: TypeAlias = Callable[[str], str]

TenantOption = Annotated[
    str | None, typer.Option("--tenant", help="Of this tenant. Only a key that is a UUID is noted as one.")
]
ReasonOption = Annotated[Reason | None, typer.Option("--reason", help="Dead-lettered for this reason.")]
StageOption = Annotated[Stage | None, typer.Option("--stage", help="Failed at this stage.")]
SchemaIdOption = Annotated[int | None, typer.Option("--schema-id", help="Written with this schema.")]
SinceOption = Annotated[str | None, typer.Option("--since", help="Failed at or after, as 2026-11-24T09:30:00Z.")]
UntilOption = Annotated[str | None, typer.Option("--until", help="Failed before, as 2026-11-24T09:30:00Z.")]
PartitionOption = Annotated[int | None, typer.Option("--partition", min=0, help="In this dead-letter partition.")]
OffsetsOption = Annotated[
    str | None, typer.Option("--offsets", help="Dead-letter offsets, as 100..200, 100.. or ..200; both included.")
]
RevealOption = Annotated[bool, typer.Option("--reveal", help="Name tenants though the key is personal data.")]


def by_content(
    tenant: TenantOption = None,
    reason: ReasonOption = None,
    stage: StageOption = None,
    schema_id: SchemaIdOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
) -> LetterFilter:
    """What the options say that look into a letter. Raises typer.BadParameter."""
    return LetterFilter(
        tenant=tenant,
        reason=reason,
        stage=stage,
        schema_id=schema_id,
        since=moment(since, "--since"),
        until=moment(until, "--until"),
    )


def by_place(partition: PartitionOption = None, offsets: OffsetsOption = None) -> LetterFilter:
    """What the options say that look at a letter's place. Raises typer.BadParameter."""
    first, last = bounds(offsets)
    return LetterFilter(partition=partition, first_offset=first, last_offset=last)


def choosing(command: Callable[Concatenate[LetterFilter, P], None]) -> Callable[..., None]:
    """The command with all options that choose letters, in place of its first parameter, the filter that they make."""
    return with_options(command, by_content, by_place)


def choosing_by_content(command: Callable[Concatenate[LetterFilter, P], None]) -> Callable[..., None]:
    """The same without the options for places."""
    return with_options(command, by_content)


def with_options(command: Callable[..., None], *makers: Callable[..., LetterFilter]) -> Callable[..., None]:
    """Typer reads a command's parameters from its signature, so the makers' parameters are put into that."""
    options = [list(inspect.signature(maker, eval_str=True).parameters.values()) for maker in makers]
    _, argument, *others = inspect.signature(command, eval_str=True).parameters.values()

    @functools.wraps(command)
    def run(**given: Any) -> None:  # noqa: ANN401 - whatever Typer has read
        wanted = LetterFilter()
        for maker, parameters in zip(makers, options, strict=True):
            wanted |= maker(**{one.name: given.pop(one.name) for one in parameters})
        command(wanted, **given)

    parameters = [argument, *itertools.chain.from_iterable(options), *others]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # what inspect documents
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    return run


def bounds(text: str | None) -> tuple[int | None, int | None]:
    if text is None:
        return None, None
    first, dots, last = text.partition("..")
    wrong = [one for one in (first, last) if one and not (one.isascii() and one.isdigit())]
    if wrong or not dots:
        raise typer.BadParameter("expected 100..200, 100.. or ..200", param_hint="--offsets")
    if first and last and int(first) > int(last):
        raise typer.BadParameter(f"{text}: the first is above the last", param_hint="--offsets")
    return int(first) if first else None, int(last) if last else None


def moment(text: str | None, option: str) -> datetime | None:
    from eventpact.codec.json_leaves import JSON_LEAVES
    from eventpact.codec.leaf import Unfit

    if text is None:
        return None
    try:
        found = JSON_LEAVES["instant"].read(text)
    except Unfit as unfit:
        raise typer.BadParameter(unfit.message, param_hint=option) from None
    assert isinstance(found, datetime)  # noqa: S101 - what this leaf reads
    return found


class Opened:
    """A contract, its class, and a reader of its dead letters."""

    def __init__(
        self, contract: Contract, event: type[Any], settings: Settings, registry: Registry, scan: LetterScan
    ) -> None:
        self.contract = contract
        self.event = event
        self.settings = settings
        self.registry = registry
        self.scan = scan

    def hides_tenants(self, *, reveal: bool) -> bool:
        """Is the key personal data, and does nobody mean to see it?"""
        from eventpact.codec import Codec
        from eventpact.observe.keys import key_is_personal

        return not reveal and key_is_personal(Codec(self.event).schema, self.contract.key)

    def tenants(self, *, reveal: bool) -> TenantNames:
        """What tenants are called in a list: numbers, where they are not named."""
        from eventpact.observe.keys import KeyNames

        if not self.hides_tenants(reveal=reveal):
            return lambda tenant: tenant
        names = KeyNames(masked=True)
        return lambda tenant: names.name(tenant.encode())


@contextmanager
def opened(manifest: Path, name: str, job: str = "scan") -> Iterator[Opened]:
    """Everything that a dlq command needs, from the environment; closed at the end."""
    from eventpact.kafka.letter_scan import LetterScan
    from eventpact.kafka.registry_choice import registry_of
    from eventpact.kafka.settings import Settings

    contract, event = contract_class(manifest, name)
    settings = Settings.from_env()
    contract = contract if settings.topic is None else contract.on_topic(settings.topic)
    with registry_of(settings, None) as registry, LetterScan(contract, settings, registry, job=job) as scan:
        yield Opened(contract, event, settings, registry, scan)

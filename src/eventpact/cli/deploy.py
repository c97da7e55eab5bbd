"""The manifest made true: plan, look, apply."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from eventpact.cli.console import ManifestOption, err, hanging, out, print_json
from eventpact.contract import load_manifest
from eventpact.errors import PlanError, SettingsError

if TYPE_CHECKING:
    from eventpact.deploy import Plan, SubjectAdmin, TopicAdmin, Waiver

__all__ = ["apply", "plan"]

MANIFEST = Path("schemas/contracts.toml")
Json = Annotated[bool, typer.Option("--json", help="For machines.")]
Repartition = Annotated[bool, typer.Option("--allow-repartition", help="Add partitions, though keys move.")]
Cut = Annotated[bool, typer.Option("--allow-retention-cut", help="Let topics keep less than they do.")]
Delete = Annotated[
    bool, typer.Option("--allow-delete", help="Soft-delete subjects of the lock that the manifest names no more.")
]
Lock = Annotated[Path | None, typer.Option("--lock", help="Lock file; contracts.lock beside the manifest by default.")]
DEFAULT = "default"
Environment = Annotated[
    str, typer.Option("--environment", "-e", envvar="EVENTPACT_ENVIRONMENT", help="Section of the lock file.")
]
SavedEnvironment = Annotated[
    str | None,
    typer.Option(
        "--environment",
        "-e",
        envvar="EVENTPACT_ENVIRONMENT",
        show_default="the plan's, or default",
        help="Section of the lock file.",
    ),
]


def plan(
    manifest: ManifestOption = MANIFEST,
    to: Annotated[Path | None, typer.Option("--out", help="File for `eventpact apply`.")] = None,
    lock: Lock = None,
    environment: Environment = DEFAULT,
    allow_repartition: Repartition = False,
    allow_retention_cut: Cut = False,
    allow_delete: Delete = False,
    as_json: Json = False,
) -> None:
    """Show what would make broker and registry as the manifest says, and change nothing. Exit code 1 on refusals.

    The places are those of KAFKA_BOOTSTRAP_SERVERS and SCHEMA_REGISTRY_URL. Topics are never deleted, subjects only
    softly and with --allow-delete.

    Example: eventpact plan --out plan.json
    """
    from eventpact.deploy import write_plan
    from eventpact.deploy.document import to_json

    with ExitStack() as stack:
        topics, registry = _places(stack)
        waivers = _waivers(allow_repartition, allow_retention_cut, allow_delete)
        made = _planned(manifest, topics, registry, _lock(lock, manifest), environment, waivers)
    if to is not None:
        to.write_text(write_plan(made), "utf-8")
    if as_json:
        print_json(to_json(made))
    else:
        _show(made)
    if made.refusals:
        raise typer.Exit(1)


def apply(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A plan of `eventpact plan --out`; none plans anew.")
    ] = None,
    manifest: ManifestOption = MANIFEST,
    lock: Lock = None,
    environment: SavedEnvironment = None,
    allow_repartition: Repartition = False,
    allow_retention_cut: Cut = False,
    allow_delete: Delete = False,
    as_json: Json = False,
) -> None:
    """Carry out exactly the plan, and write the lock file. After a failure, the same plan goes on where it ended.

    A plan is refused with exit code 1 when something that it looked at has changed since. Topics are never deleted,
    subjects only softly, when the plan was made with --allow-delete.

    Example: eventpact apply plan.json
    """
    from eventpact.deploy import Applied, read_plan
    from eventpact.deploy import apply as carry_out
    from eventpact.registry.lock import registered_in, write_lock

    rows: list[dict[str, str]] = []

    def report(applied: Applied) -> None:
        rows.append({"step": str(applied.step), "outcome": applied.outcome})
        if not as_json:
            hanging(out, Text(f"{applied.outcome:<9} "), str(applied.step))

    waivers = _waivers(allow_repartition, allow_retention_cut, allow_delete)
    written = _lock(lock, manifest)
    if file is not None and waivers:
        raise typer.BadParameter("a saved plan is applied as it is; give --allow-... to `eventpact plan`")
    saved = None if file is None else read_plan(file.read_bytes())
    if saved is not None and environment not in {None, saved.environment}:
        raise typer.BadParameter(
            f"the plan was made for {saved.environment}; plan again with -e {environment}", param_hint="--environment"
        )
    with ExitStack() as stack:
        topics, registry = _places(stack)
        if saved is None:
            saved = _planned(manifest, topics, registry, written, environment or DEFAULT, waivers)
        try:
            carry_out(saved, topics, registry, report)
        except PlanError:
            if saved.refusals and not as_json:
                _show(saved)
            raise
        subjects = [name.removeprefix("subject ") for name in saved.seen if name.startswith("subject ")]
        write_lock(written, saved.environment, registered_in(registry, [*subjects, *saved.orphans]))
    if as_json:
        print_json({"steps": rows, "lock": str(written), "environment": saved.environment})
    else:
        err.print(f"{len(rows)} steps; {written} says so for environment {saved.environment}", markup=False)


def _lock(lock: Path | None, manifest: Path) -> Path:
    return manifest.with_name("contracts.lock") if lock is None else lock


def _waivers(repartition: bool, cut: bool, delete: bool) -> "frozenset[Waiver]":
    given: dict[Waiver, bool] = {"repartition": repartition, "retention-cut": cut, "delete": delete}
    return frozenset(waiver for waiver, allowed in given.items() if allowed)


def _places(stack: ExitStack) -> "tuple[TopicAdmin, SubjectAdmin]":
    from eventpact.dev import topic_admin
    from eventpact.kafka.settings import Settings
    from eventpact.registry import RegistryClient

    settings = Settings.from_env()
    if settings.registry is None:
        raise SettingsError("SCHEMA_REGISTRY_URL", "not set; name the registry, such as http://localhost:18081")
    # Without the lock, which is what is written here: it has no say in what is read.
    client = stack.enter_context(RegistryClient(settings.registry))
    return stack.enter_context(topic_admin(settings)), client


def _planned(
    manifest: Path,
    topics: "TopicAdmin",
    registry: "SubjectAdmin",
    lock: Path,
    environment: str,
    waivers: "frozenset[Waiver]",
) -> "Plan":
    from eventpact.deploy import plan as planned
    from eventpact.deploy import read_world
    from eventpact.registry.lock import locked_subjects

    contracts = load_manifest(manifest)
    world = read_world(contracts, topics, registry, locked_subjects(lock, environment))
    return planned(contracts, world, waivers, environment=environment)


def _show(made: "Plan") -> None:
    for number, step in enumerate(made.steps, 1):
        hanging(out, Text(f"{number:>3}  "), str(step))
    for refusal in made.refusals:
        hanging(out, Text("refused  ", "red"), str(refusal))
    for orphan in made.orphans:
        says = f"subject {orphan}: the manifest names it no more; it stays (--allow-delete soft-deletes it)"
        hanging(out, Text("orphaned  ", "yellow"), says)
    if not made.steps and not made.refusals:
        err.print("nothing to do: broker and registry are as the manifest says")

"""`make chaos`: every scenario on a real broker, minutes of them, and the ledger at the end.

`python -m tests.chaos [--factor N] [--seed N] [--only NAME ...] [--keep FOLDER]`. Exit code 1 when anything was lost,
any other promise was broken, or a flawed worker was not caught. Needs Java and Maven, as `make live` does.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from tests.chaos.play import Outcome, play
from tests.chaos.scenarios import SCENARIOS, Scenario
from tests.chaos.stage import Stage
from tests.live.services import MISSING


def main(arguments: Sequence[str]) -> int:
    names = [scenario.name for scenario in SCENARIOS]
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description="Chaos on a real broker.")
    parser.add_argument("--factor", type=int, default=3, metavar="N", help="so many times the faults of a short run")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the dice that choose whom a fault hits")
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=f"of: {', '.join(names)}")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="where logs are left; by default a temporary folder"
    )
    options = parser.parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 150)
    if MISSING is not None:
        console.print(f"{MISSING} is not installed: chaos starts an Apache Kafka of its own")
        return 2
    folder = options.keep or Path(tempfile.mkdtemp(prefix="eventpact-chaos-"))
    wanted = [scenario for scenario in SCENARIOS if options.only is None or scenario.name in options.only]
    console.print(f"seed {options.seed}, factor {options.factor}, logs in {folder}")
    outcomes: list[Outcome] = []
    failed: list[str] = []
    with Stage(folder) as stage:
        for scenario in wanted:
            try:
                outcomes.append(attempt(console, stage, scenario, options.factor, options.seed))
            except Exception as error:
                # The next scenario has topics and workers of its own.
                failed.append(scenario.name)
                console.print(f"[red]{scenario.name}: {error}[/]", *getattr(error, "__notes__", ()), markup=True)
    console.print(table(outcomes))
    failed += [outcome.scenario.name for outcome in outcomes if outcome.problems]
    if failed:
        console.print(f"[red]broken: {', '.join(failed)}[/]; see {folder}")
    return 1 if failed else 0


def attempt(console: Console, stage: Stage, scenario: Scenario, factor: int, seed: int) -> Outcome:
    started = monotonic()
    with console.status(f"{scenario.name}: {scenario.shows}"):
        outcome = play(stage, scenario, times=scenario.times * factor, seed=seed)
    happened = ", ".join(f"{count} x {name}" for name, count in outcome.account.faults.items())
    verdict = "; ".join(outcome.problems) or "as promised"
    console.print(f"{scenario.name}: {happened}: {verdict} ({monotonic() - started:.0f} s)", highlight=False)
    return outcome


def table(outcomes: Sequence[Outcome]) -> Table:
    """The ledger."""
    made = Table(box=SIMPLE, show_footer=True)
    made.add_column("scenario", "total")
    sums = [outcome.account for outcome in outcomes if not outcome.scenario.caught]
    numbers = {
        "events": sum(account.events for account in sums),
        "handled": sum(account.completed for account in sums),
        "dead letters": sum(account.letters for account in sums),
        "parked": sum(account.parked for account in sums),
        "faults": sum(account.faults.total() for account in sums),
        "workers": sum(account.workers for account in sums),
        "repeated": sum(account.duplicates for account in sums),
        "at most": sum(round(account.bound) for account in sums),
        "lost": sum(account.lost for account in sums),
    }
    for name, number in numbers.items():
        made.add_column(name, f"{number:,}", justify="right")
    made.add_column("s", f"{sum(outcome.account.seconds for outcome in outcomes):.0f}", justify="right")
    made.add_column("verdict", "without flaws" if len(sums) < len(outcomes) else "")
    for outcome in outcomes:
        account = outcome.account
        cells = (account.events, account.completed, account.letters, account.parked, account.faults.total())
        more = (account.workers, account.duplicates, round(account.bound), account.lost)
        good = "[green]caught[/]" if outcome.scenario.caught else "[green]kept[/]"
        verdict = f"[red]{'; '.join(outcome.problems)}[/]" if outcome.problems else good
        made.add_row(outcome.scenario.name, *(f"{n:,}" for n in cells + more), f"{account.seconds:.0f}", verdict)
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

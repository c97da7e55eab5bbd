"""The page of a rule."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from eventpact.cli.completing import propose_rules
from eventpact.cli.console import hanging, out, print_json

__all__ = ["rule"]


def rule(
    rule_id: Annotated[
        str | None,
        typer.Argument(metavar="ID", help="A rule's id; all rules when left out.", autocompletion=propose_rules),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Say what a rule promises, who is hurt when it is broken, and which edit is accepted instead.

    Example: eventpact rule TIME_UNIT_CHANGED
    """
    from eventpact_compat.catalog import every_rule
    from eventpact_compat.pages import page, to_json

    rules = {row.id: row for row in every_rule()}
    if rule_id is not None:
        wanted = rule_id.upper().replace("-", "_")
        if wanted not in rules:
            close = get_close_matches(wanted, rules, 1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise typer.BadParameter(f"there is no rule {rule_id}{hint} (`eventpact rule` lists them)")
        if as_json:
            print_json(to_json(rules[wanted]))
        else:
            out.print(Text.assemble((wanted, "bold"), f": {rules[wanted].promise}"), soft_wrap=True)
            out.print()
            for label, text in page(rules[wanted]):
                hanging(out, Text(f"{label:<9}", "dim"), text)
        return
    if as_json:
        print_json([to_json(row) for row in rules.values()])
        return
    table = Table("rule", "severity", "promise", box=None, padding=(0, 2, 0, 0), header_style="dim")
    for row in rules.values():
        table.add_row(row.id, str(row.severity), row.promise)
    out.print(table)

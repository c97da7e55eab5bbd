"""Is everything there that a service needs?"""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from eventpact.cli.console import ManifestOption, hanging, out, print_json
from eventpact.contract import load_manifest

__all__ = ["doctor"]

COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


def doctor(
    manifest: ManifestOption = Path("schemas/contracts.toml"),
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Look at settings, broker, registry, topics and subjects, and say what to do. Exit code 1 when a line fails.

    Nothing is changed, and no secret is shown.

    Example: eventpact doctor
    """
    from functools import partial

    from eventpact.deploy.doctor import PATIENCE, examine
    from eventpact.dev import topic_admin
    from eventpact.kafka.settings import Settings

    settings = Settings.from_env()
    lines = []
    for line in examine(load_manifest(manifest), settings, partial(topic_admin, settings, PATIENCE)):
        lines.append(line)
        if not as_json:
            fix = f" -> {line.fix}" if line.fix else ""
            hanging(out, Text(f"{line.state:<4} ", COLOURS[line.state]), f"{line.what}: {line.says}{fix}")
    if as_json:
        print_json([asdict(line) for line in lines])
    if any(line.state == "fail" for line in lines):
        raise typer.Exit(1)

"""The one layout of schema files."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from eventpact.cli.console import ManifestOption, err, out
from eventpact.cli.lint import SchemaFiles

__all__ = ["format_files"]


def format_files(
    files: SchemaFiles = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if a file would change.")] = False,
    manifest: ManifestOption = Path("schemas/contracts.toml"),
) -> None:
    """Write schema files in the one layout. Order, unknown properties and spellings stay as they are.

    Example: eventpact format --check
    """
    from eventpact_compat.lint import Job  # the rules, which `--help` does not need

    job = Job.of(manifest, files or ())
    changed, errors = job.formatted()
    for name, text in changed.items():
        if not check:
            Path(name).write_bytes(text.encode())
        out.print(Text(f"{'would change' if check else 'changed'} {name}"), soft_wrap=True)
    for error in errors:
        err.print(Text.assemble(("error: ", "bold red"), str(error)), soft_wrap=True)
    if check and changed:
        err.print("not laid out; run: eventpact format, then: eventpact generate")
    if errors or (check and changed):
        raise typer.Exit(1)
    if not changed:
        err.print(Text(f"{len(job.chosen)} file{'' if len(job.chosen) == 1 else 's'} laid out already"))

"""`make reference`: write docs/cli.md and docs/api.md. With --check, exit 1 if they are others than they should be."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from tests.docs.reference.commands import commands_page
from tests.docs.reference.interface import interface_page

DOCS = Path(__file__).parents[3] / "docs"


def main() -> int:
    stale = 0
    for name, text in (("cli.md", commands_page()), ("api.md", interface_page())):
        page = DOCS / name
        if page.exists() and page.read_text("utf-8") == text:
            continue
        stale += 1
        if "--check" in sys.argv[1:]:
            typer.echo(f"docs/{name} is not what the sources say; run: make reference", err=True)
        else:
            page.write_text(text, "utf-8")
            typer.echo(f"docs/{name}")
    return 1 if stale and "--check" in sys.argv[1:] else 0


sys.exit(main())

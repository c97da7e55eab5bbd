"""Schemas by themselves: what parses, and should still not be published."""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from eventpact.cli.console import ManifestOption, err, out, print_json
from eventpact.contract import load_manifest, load_texts
from eventpact.errors import SchemaError
from eventpact_compat.finding import Finding, Severity
from eventpact_compat.lint import DEFAULT, LintConfig, fix, lint_files

__all__ = ["lint"]

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


class Format(StrEnum):
    """What the output is for."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"

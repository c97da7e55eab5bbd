"""The case folders: what stands in one is said in compat/lint_cases/README.md."""

import re
from dataclasses import dataclass
from pathlib import Path

from eventpact.contract import Contract, Topic
from eventpact.schema import Level, parse
from eventpact_compat.finding import Finding
from eventpact_compat.lint import BY_ID, lint_files, lint_schema, lint_text

ROOT = Path(__file__).parents[2] / "compat" / "lint_cases"

STORED = frozenset({"BAD_NAME", "BAD_DEFAULT", "FORWARD_REFERENCE", "REPEATED_DEFINITION", "ENDLESS_DEFAULT"})
"""Breaches that only a schema from a registry can have: in our own they are no Avro at all."""

FILL = re.compile(r"\{\{fill ([0-9]+)\}\}")


@dataclass(frozen=True)
class Case:
    rule: str

    @property
    def folder(self) -> Path:
        return ROOT / self.rule.lower()

    def text(self, name: str) -> str:
        written = (self.folder / name).read_text("utf-8")
        return FILL.sub(lambda found: "x" * int(found[1]), written)

    def has(self, name: str) -> bool:
        return (self.folder / name).exists()

    def contract(self) -> Contract | None:
        if not self.has("key.txt"):
            return None
        key = self.text("key.txt").strip()
        return Contract("orders", "good.avsc", "shop.Order", Topic("orders", 6), key, Level.FULL)

    def findings(self, name: str) -> tuple[Finding, ...]:
        """What lint says of a file, or of all files of a folder."""
        if (self.folder / name).is_dir():
            return lint_files(
                {file.name: file.read_text("utf-8") for file in sorted((self.folder / name).glob("*.avsc"))}
            )
        if self.rule not in STORED:
            return lint_text(self.text(name), name, contract=self.contract())
        return lint_schema(parse(self.text(name), source=name, mode="stored"))


CASES = tuple(Case(rule) for rule in BY_ID)


def listed(findings: tuple[Finding, ...]) -> str:
    """One line a finding, as the command prints it, with its hint below."""
    lines = []
    for f in findings:
        place = f"{f.file}:{f.line}:{f.column}" if f.line is not None else f.file
        lines.append(f"{place}: {f.severity} {f.rule} {f.message}\n")
        lines.append(f"  {f.hint}\n" if f.hint else "")
    return "".join(lines)

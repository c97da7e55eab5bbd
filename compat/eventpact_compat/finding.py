"""What every guard yields: a finding is a value, printing lives elsewhere."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum

__all__ = ["Finding", "Rule", "Severity", "UpgradeOrder", "Waived"]


class Severity(StrEnum):
    """``error`` fails the gate, ``warning`` is shown and fails only where the manifest says so, ``info`` is shown."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class UpgradeOrder(StrEnum):
    """Who must be deployed first for the change to be safe."""

    ANY = "any"
    CONSUMERS_FIRST = "consumers first"
    PRODUCERS_FIRST = "producers first"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the printed rule list.

    ``why`` says who is hurt, ``example`` shows a finding's cause, ``fix`` is the smallest edit that would be accepted,
    ``order`` is the safe order of deployments (``None`` where the versions at hand decide, or where it plays no part).
    """

    id: str
    severity: Severity
    promise: str
    why: str
    example: str
    fix: str = ""
    order: UpgradeOrder | None = None


@dataclass(frozen=True, slots=True)
class Waived:
    """Why a finding is accepted, by whom, until when (ISO date), and how severe it would be otherwise."""

    reason: str
    owner: str
    expires: str
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to look at.

    ``location`` is a JSON pointer into the schema at ``file`` (``line`` and ``column`` are 1-based, where known).
    ``path`` names the same place in a way that survives moved fields, such as ``Order.total``.
    ``before`` and ``after`` are short texts of the two sides; ``hint`` is the smallest edit that would be accepted.
    ``against`` names the older versions that the finding holds against, such as ``version 3 (and 1, 2)``.
    A waived finding is information; ``waived`` says why.
    """

    rule: str
    severity: Severity
    message: str
    contract: str = ""
    file: str = ""
    location: str = ""
    line: int | None = None
    column: int | None = None
    before: str | None = None
    after: str | None = None
    why: str = ""
    hint: str = ""
    order: UpgradeOrder | None = None
    path: str = ""
    against: str = ""
    waived: Waived | None = None

    def to_json(self) -> dict[str, object]:
        """The documented form, version 1: ``rule, severity, location, message, before, after, hint`` and more."""
        return {
            "rule": self.rule,
            "severity": str(self.severity),
            "contract": self.contract,
            "file": self.file,
            "location": self.location,
            "line": self.line,
            "column": self.column,
            "message": self.message,
            "before": self.before,
            "after": self.after,
            "why": self.why,
            "hint": self.hint,
            "order": None if self.order is None else str(self.order),
            "path": self.path,
            "against": self.against,
            "waived": None if self.waived is None else asdict(self.waived),
        }

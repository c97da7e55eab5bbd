"""What a semantic rule is: a printed row and a function from a comparison to notes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from eventpact_compat.finding import Finding, Rule, Severity, UpgradeOrder
from eventpact_compat.pairs import Comparison, Spot

__all__ = ["Note", "SemanticRule"]


@dataclass(frozen=True, slots=True)
class Note:
    """What a rule saw, and where. ``hint`` and ``severity`` replace the row's where the case at hand is special."""

    spot: Spot
    message: str
    before: str | None
    after: str | None
    hint: str = ""
    severity: Severity | None = None

    def finding(self, rule: Rule) -> Finding:
        return Finding(
            rule=rule.id,
            severity=self.severity or rule.severity,
            message=self.message,
            file=self.spot.source,
            location=self.spot.pointer,
            path=self.spot.path,
            before=self.before,
            after=self.after,
            why=rule.why,
            hint=self.hint or rule.fix,
            order=rule.order,
        )


@dataclass(frozen=True, slots=True)
class SemanticRule:
    """A row and its function.

    ``newest_only`` rules guess (what was renamed, what was rewritten) and therefore look at the last version only.
    ``echo`` rules say what a structural finding at the same place says as well; then they keep quiet.
    """

    rule: Rule
    find: Callable[[Comparison], Iterator[Note]]
    newest_only: bool = False
    echo: bool = False


CONSUMERS_FIRST = UpgradeOrder.CONSUMERS_FIRST
ANY = UpgradeOrder.ANY
NEVER = UpgradeOrder.NONE

"""Who must be deployed first, from who can read whom."""

from __future__ import annotations

from collections.abc import Iterable

from eventpact_compat.finding import UpgradeOrder

__all__ = ["together", "upgrade_order"]


def upgrade_order(*, new_reads_old: bool, old_reads_new: bool) -> UpgradeOrder:
    """Consumers first when only the new version reads the other; producers first the other way round."""
    match new_reads_old, old_reads_new:
        case True, True:
            return UpgradeOrder.ANY
        case True, False:
            return UpgradeOrder.CONSUMERS_FIRST
        case False, True:
            return UpgradeOrder.PRODUCERS_FIRST
        case _:
            return UpgradeOrder.NONE


def together(orders: Iterable[UpgradeOrder]) -> UpgradeOrder:
    """The order that is safe for all of these changes at once."""
    needed = frozenset(orders)
    return upgrade_order(
        new_reads_old=needed <= {UpgradeOrder.ANY, UpgradeOrder.CONSUMERS_FIRST},
        old_reads_new=needed <= {UpgradeOrder.ANY, UpgradeOrder.PRODUCERS_FIRST},
    )

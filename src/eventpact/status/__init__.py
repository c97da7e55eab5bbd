"""How a manifest's topics and groups stand: looked at from outside, told as values.

`Watcher` looks, `report` compares two looks, and nothing of either writes, commits or joins a group.
"""

from typing import TYPE_CHECKING

from eventpact.door import late_door

if TYPE_CHECKING:
    from eventpact.status.figures import Report
    from eventpact.status.look import Look
    from eventpact.status.reporting import report
    from eventpact.status.watcher import Watcher

__all__ = ["Look", "Report", "Watcher", "report"]

__getattr__, __dir__ = late_door(
    __name__,
    {"Look": "look", "Report": "figures", "Watcher": "watcher", "report": "reporting"},
)

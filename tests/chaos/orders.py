"""What a process under test is told: one line of JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Final

from eventpact.kafka.client_settings import ConsumerSettings, ProducerSettings
from eventpact.kafka.policy import Policy
from eventpact.kafka.settings import Settings
from tests.chaos.site import Site
from tests.kafka.world import SWIFT

__all__ = ["STOPPED", "Orders"]

STOPPED: Final = 70
"""Exit code of a worker that stopped by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """How a worker is to behave.

    Attributes:
        milliseconds: of work per event.
        flaw: see `tests.chaos.flaws`.
        temper: how the handler treats some of its events; see `tests.chaos.tempers`.
        interval: seconds between commits.
        budget: seconds of handling between two looks at the broker.
        together: events per call of the handler.
        hang: seconds that a handler may take until its process ends.
    """

    milliseconds: float = 1.0
    flaw: str = "none"
    temper: str = "even"
    processor: bool = False
    interval: float = 0.2
    budget: float = 0.1
    batch: int = 200
    session_ms: int = 2_000
    poll_ms: int = 300_000
    protocol: str = "classic"
    static: str | None = None
    share: float = 0.5
    concurrency: int = 1
    together: int = 1
    hang: float = 600.0

    def exposure(self) -> float:
        """How many completions one kill may repeat: those since the last commit, and the batch in hand."""
        rate = self.concurrency * self.together / (self.milliseconds / 1000)
        return (self.interval + self.budget) * rate + self.batch

    def policy(self) -> Policy:
        return replace(
            SWIFT,
            batch=self.batch,
            pass_budget=self.budget,
            commit_interval=self.interval,
            dead_letter_share=self.share,
            ahead=self.batch,
            handler_limit=self.hang,
        )

    def settings(self, site: Site) -> Settings:
        consumer = ConsumerSettings(
            session_timeout_ms=self.session_ms,
            heartbeat_interval_ms=self.session_ms // 6,
            max_poll_interval_ms=self.poll_ms,
            group_protocol=self.protocol,
            group_instance_id=self.static,
        )
        producer = ProducerSettings(message_timeout_ms=15_000, linger_ms=1)
        return site.settings(consumer=consumer, producer=producer)

    def line(self, site: Site, generation: int, pipe: int) -> str:
        """The argument of the process."""
        return json.dumps({"site": asdict(site), "orders": asdict(self), "generation": generation, "pipe": pipe})

    @staticmethod
    def read(line: str) -> tuple[Site, Orders, int, int]:
        found = json.loads(line)
        return Site(**found["site"]), Orders(**found["orders"]), found["generation"], found["pipe"]

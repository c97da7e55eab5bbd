"""What a demo run did, as a value."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

__all__ = ["DeadLettered", "Summary"]


@dataclass(frozen=True, slots=True)
class DeadLettered:
    """One record of the dead-letter topic, without its payload."""

    topic: str
    partition: int
    offset: int
    stage: str
    reason: str
    summary: str
    replayed: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of records.

    ``published`` were acknowledged by the broker (the injected undecodable record among them), ``handled`` were
    handled at least once, ``duplicates`` are further deliveries of handled records, ``lost`` were acknowledged but
    neither handled nor dead-lettered. ``partitions`` has the
    topic, ``spread`` is records per partition, ``seconds`` from the first publish until
    the last record was settled.
    """

    target: str
    published: int
    handled: int
    dead_lettered: int
    replayed: int
    lost: int
    duplicates: int
    tenants: int
    workers: Mapping[str, int]
    partitions: int
    spread: Mapping[int, int]
    seconds: float
    dead_letters: tuple[DeadLettered, ...]

    @property
    def rate(self) -> float:
        """Events per second, published and handled."""
        return self.published / self.seconds if self.seconds else 0.0

    def to_json(self) -> dict[str, object]:
        """The form that ``eventpact demo --json`` prints; ``version`` changes when a key changes its meaning."""
        return {"version": 1, **asdict(self), "rate": round(self.rate, 1)}

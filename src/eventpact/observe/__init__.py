"""Watching from inside a service: metrics for Prometheus, spans for OpenTelemetry. Off unless a service asks for it.

Each name loads its own extra only: `Metrics` needs `eventpact[metrics]`, the tracing names need `eventpact[otel]`.
"""

from typing import TYPE_CHECKING, Final

from eventpact.door import late_door

if TYPE_CHECKING:
    from eventpact.observe.metrics import Metrics
    from eventpact.observe.several import Observers
    from eventpact.observe.spans import TracingObserver
    from eventpact.observe.traced_producer import TracedProducer

__all__ = ["Metrics", "Observers", "TracedProducer", "TracingObserver"]

EXTRAS: Final = {"prometheus_client": "metrics", "opentelemetry": "otel"}

_load, __dir__ = late_door(
    __name__,
    {
        "Metrics": "metrics",
        "Observers": "several",
        "TracedProducer": "traced_producer",
        "TracingObserver": "spans",
    },
)


def __getattr__(name: str) -> object:
    try:
        return _load(name)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        extra = EXTRAS.get(package)
        if extra is None:
            raise
        raise ModuleNotFoundError(
            f"eventpact.observe.{name} needs {package}; run: pip install 'eventpact[{extra}]'", name=error.name
        ) from None

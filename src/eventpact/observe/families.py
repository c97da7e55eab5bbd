"""Rows of the table -> what prometheus-client writes out. Values of equal labels are added up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import TypeAlias

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.core import Metric as Family

from eventpact.observe.counting import BUCKETS
from eventpact.observe.table import Metric

__all__ = ["Values", "families", "histogram"]

Values: TypeAlias = "Mapping[Metric, Iterable[tuple[tuple[str, ...], float]]]"
"""By metric: label values, in the order of its labels, and the number."""


def families(values: Values) -> Iterator[Family]:
    """Counters and gauges; a metric without a value is left out."""
    for metric, found in values.items():
        sums: dict[tuple[str, ...], float] = {}
        for labels, value in found:
            sums[labels] = sums.get(labels, 0.0) + value
        if not sums:
            continue
        family: CounterMetricFamily | GaugeMetricFamily
        if metric.kind == "counter":
            family = CounterMetricFamily(metric.name.removesuffix("_total"), metric.text, labels=metric.labels)
        else:
            family = GaugeMetricFamily(metric.name, metric.text, labels=metric.labels)
        for labels, value in sums.items():
            family.add_metric(labels, value)
        yield family


def histogram(metric: Metric, found: Iterable[tuple[tuple[str, ...], Sequence[int], float]]) -> Iterator[Family]:
    """One histogram from label values, counts per bucket, and the sum of what was measured."""
    sums: dict[tuple[str, ...], tuple[list[int], float]] = {}
    for labels, counts, total in found:
        so_far, before = sums.get(labels, ([0] * len(counts), 0.0))
        sums[labels] = [a + b for a, b in zip(so_far, counts, strict=True)], before + total
    if not sums:
        return
    family = HistogramMetricFamily(metric.name, metric.text, labels=metric.labels)
    limits = [*(str(limit) for limit in BUCKETS), "+Inf"]
    for labels, (counts, total) in sums.items():
        family.add_metric(labels, list(zip(limits, accumulate(counts), strict=True)), total)
    yield family

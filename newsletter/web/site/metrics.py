"""What Prometheus reads at /metrics."""

import time
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from newsletter.store.gauges import Gauges

TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Prometheus's text format."""
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
KEPT = 10.0
"""Seconds that the database's counts are good for: a million subscriptions are not counted for everybody who asks."""

disable_created_metrics()  # type: ignore[no-untyped-call]  # when each series began: twice as many lines, for nobody


class Metrics:
    """The measures of one process.

    :param read_gauges: asks the database, and may fail: then ``newsletter_database_up`` is 0.
    """

    def __init__(self, read_gauges: Callable[[], Gauges] | None = None) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "newsletter_http_requests", "Requests answered.", ["method", "route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "newsletter_http_request_duration_seconds", "How long an answer took.", ["route"], buckets=BUCKETS,
            registry=self._registry,
        )  # fmt: skip
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        if read_gauges:
            self._registry.register(_Counts(read_gauges))

    def request(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        key = (method, route, status)
        if (known := self._known.get(key)) is None:
            # Looking up a child by its labels takes longer than all the rest of it.
            known = self._known[key] = (self._requests.labels(method, route, str(status)), self._seconds.labels(route))
        counter, histogram = known
        counter.inc()
        histogram.observe(seconds)

    def text(self) -> bytes:
        """Return all of it as Prometheus reads it."""
        return generate_latest(self._registry)


class _Counts(Collector):
    """Asks the database when Prometheus asks."""

    def __init__(self, read_gauges: Callable[[], Gauges]) -> None:
        self._read = read_gauges
        self._kept: tuple[float, Gauges] | None = None

    def describe(self) -> list[GaugeMetricFamily]:
        return []  # nothing is asked of the database only to be registered

    def collect(self) -> Iterator[GaugeMetricFamily]:
        gauges = self._gauges()
        up = GaugeMetricFamily("newsletter_database_up", "1 if the database answers.")
        up.add_metric([], float(gauges is not None))
        yield up
        if gauges:
            yield from _families(gauges)

    def _gauges(self) -> Gauges | None:
        now = time.monotonic()
        if self._kept and now - self._kept[0] < KEPT:
            return self._kept[1]
        try:
            self._kept = (now, self._read())
        except Exception:  # whatever the database fails with, the other measures are read
            self._kept = None
        return self._kept[1] if self._kept else None


def _families(gauges: Gauges) -> Iterator[GaugeMetricFamily]:
    people = GaugeMetricFamily("newsletter_subscriptions", "Subscriptions.", labels=["list", "consent"])
    for (name, consent), count in sorted(gauges.subscriptions.items()):
        people.add_metric([name, consent], count)
    yield people
    notices = GaugeMetricFamily("newsletter_notices_waiting", "Mails to one person that are to be sent.")
    notices.add_metric([], gauges.notices)
    yield notices
    for name, words, label, counts in (
        ("newsletter_hooks_waiting", "Events that a hook is to be told.", "hook", gauges.hooks),
        ("newsletter_hooks_given_up", "Events that a hook was told in vain.", "hook", gauges.given_up),
        ("newsletter_deliveries_open", "Deliveries that are not over.", "state", gauges.deliveries),
    ):
        family = GaugeMetricFamily(name, words, labels=[label])
        for value, count in sorted(counts.items()):
            family.add_metric([value], count)
        yield family

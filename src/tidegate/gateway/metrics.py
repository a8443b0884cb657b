"""What Prometheus may scrape."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_BUCKETS = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The gateway's own figures. Times are seconds."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "tidegate_requests", "Requests answered.", ["method", "operation", "status"], registry=self.registry
        )
        self.request_seconds = Histogram(
            "tidegate_request_seconds",
            "From reading a request to its answer.",
            ["method", "operation"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.orders = Counter(
            "tidegate_orders",
            "Orders answered, by their status in the answer.",
            ["exchange", "status"],
            registry=self.registry,
        )
        self.account_ready = Gauge(
            "tidegate_account_ready",
            "1 while an account accepts new orders.",
            ["account", "exchange"],
            registry=self.registry,
        )
        self.breaks = Gauge("tidegate_reconciliation_breaks", "Open breaks.", registry=self.registry)

    def render(self) -> bytes:
        """The exposition text."""
        return generate_latest(self.registry)

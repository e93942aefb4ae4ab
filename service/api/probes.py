"""Liveness, readiness and metrics: what those who run the service at night look at."""

from http import HTTPStatus

import orjson
from apiflask import APIBlueprint
from flask import Response, current_app
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

bp = APIBlueprint("probes", __name__, tag="Operation")

_REQUESTS = Counter("attune_requests_total", "Requests answered.", ["endpoint", "status"])
_SECONDS = Histogram(
    "attune_request_seconds",
    "Time from a request's arrival to its answer.",
    ["endpoint"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
_HEAD = Gauge("attune_ledger_events", "Events in the ledger.")
_LAG = Gauge("attune_fold_lag_events", "Governed events that this worker has not folded yet.")
_FAULTS = Gauge("attune_engine_faults", "Decisions that one engine made alone, of the last ones.")
_LOST = Gauge("attune_segments_lost", "Segments of signals that could not be read.")
_WAITING = Gauge(
    "attune_signals_waiting", "Signals that this worker has still to count or to cluster."
)
DISAGREEMENTS = Counter(
    "attune_engine_disagreements_total", "Decisions on which the engines differed."
)
DECISIONS = Counter("attune_decisions_total", "Decisions recorded, by tier.", ["tier"])
SIGNALS = Counter("attune_signals_total", "Signals taken, by what became of them.", ["outcome"])


def observe(endpoint: str | None, status: int, milliseconds: float) -> None:
    """Count one answer; unknown paths share one label, so strangers can't grow the metrics."""
    label = endpoint or "unknown"
    _REQUESTS.labels(label, str(status)).inc()
    _SECONDS.labels(label).observe(milliseconds / 1000.0)


@bp.get("/healthz")
@bp.doc(summary="Is the process alive?", responses={200: "It is."})
def health() -> Response:
    """Alive: the process answers."""
    return Response(b'{"status":"alive"}', content_type="application/json")


@bp.get("/readyz")
@bp.doc(
    summary="Are models warm and folds caught up?",
    responses={200: "Ready.", 503: "Not yet; the body says what is missing."},
)
def ready() -> Response:
    """Ready when the policy is compiled, the folds have caught up and the models are warm."""
    world = current_app.config["WORLD"]
    parts = world.readiness()
    done = all(parts.values())
    status = HTTPStatus.OK if done else HTTPStatus.SERVICE_UNAVAILABLE
    body = orjson.dumps({"status": "ready" if done else "starting", "parts": parts})
    headers = {} if done else {"Retry-After": "1"}
    return Response(body, status=status, headers=headers, content_type="application/json")


@bp.get("/metrics")
@bp.doc(summary="Metrics of this worker in Prometheus' text form.", responses={200: "Metrics."})
def metrics() -> Response:
    """Counters, histograms and gauges of the worker that answers."""
    world = current_app.config["WORLD"]
    world.settle_lags()
    _HEAD.set(world.ledger.head())
    _LAG.set(world.lag())
    _WAITING.set(world.waiting())
    _LOST.set(len(world.counting.lost))
    _FAULTS.set(world.policies.faults())
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)

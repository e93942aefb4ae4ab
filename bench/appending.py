"""The peer of decisions over HTTP: the same server, one endpoint that appends one event."""

import os

from apiflask import APIFlask
from flask import Response
from granian import Granian
from granian.constants import Interfaces

from knowledge.ledger import Ledger
from knowledge.sealing import KeyStore
from ontology.events import Draft
from ontology.identity import ThingId
from service.clock import LiveClock, new_id
from service.settings import Settings


def create() -> APIFlask:
    """An application that can do nothing else."""
    settings = Settings()
    keys = KeyStore.open(settings.keys_path)
    ledger = Ledger.open(settings.database_url, keys=keys, now=LiveClock().now)
    app = APIFlask("bench.appending")

    @app.get("/readyz")
    def ready() -> Response:
        return Response(b"{}", content_type="application/json")

    @app.post("/append")
    def append() -> Response:
        thing = ThingId(new_id("decision"))
        draft = Draft(
            id=thing,
            type="decision.made",
            subject=thing,
            actor=ThingId("person/bench"),
            occurred_at=LiveClock().now(),
            data={"facts": ["x" * 40] * 20},
            governed=False,
        )
        ledger.append([draft])
        return Response(b"{}", content_type="application/json")

    return app


if __name__ == "__main__":
    Granian(
        "bench.appending:create",
        port=int(os.environ["BENCH_PORT"]),
        interface=Interfaces.WSGI,
        factory=True,
        workers=2,
        blocking_threads=64,
    ).serve()

"""Signals: screening a text, and what a signal costs from the door to every worker's counts.

The costs are CPU time of one process that plays both workers, so they hold on a busy machine, too:
one signal is taken once, and counted and clustered by each worker.
"""

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from pathlib import Path

from bench.http import founded
from bench.measuring import Figure
from bench.posts import rows, texts
from knowledge.language import languages
from knowledge.language.screening import screen
from service.app import create
from service.background import SLICE_MS
from service.settings import Settings
from service.world import World

WORKERS = 2
_RATE = 5_000.0
_BATCH = 500
_ROUNDS = 12
_WARM = 4
_SCREENED = 4_000


def measure() -> Iterator[Figure]:
    """Screening, then the way of a signal, without and with language models."""
    said = texts()
    yield from _screening(said[:_SCREENED])
    folder = Path(tempfile.mkdtemp(prefix="attune-bench-"))
    try:
        founded(folder / "home")
        for language in (False, True):
            copy = Path(shutil.copytree(folder / "home", folder / f"home-{language}"))
            yield from _way(copy, said, language=language)
    finally:
        shutil.rmtree(folder)


def _screening(said: Sequence[str]) -> Iterator[Figure]:
    identifier, seen = languages.load(), screen()
    parts = (
        ("language", lambda: [identifier.identify(text) for text in said]),
        ("screen", lambda: seen.look(said)),
    )
    total = 0.0
    for name, work in parts:
        work()
        cost = min(_cpu(work) for _ in range(5)) / len(said)
        total += cost
        yield Figure(name=f"a text, its {name}", value=cost * 1e6, unit="µs CPU")
    yield Figure(name="texts screened", value=1 / total, unit="/s a core", aim="≥ 8,000")


def _way(home: Path, said: Sequence[str], *, language: bool) -> Iterator[Figure]:
    """The cost of each step of a signal; full scoring has no time, so that it is left out."""
    settings = Settings(home=home, language=language, scoring_share=1e-6)
    here, beside = World.open(settings), World.open(settings)
    here.perception.allowance.spend(1e9, 0)
    client = create(settings, world=here).test_client()
    key = {"Authorization": f"Bearer {settings.operator_key.read_text().strip()}"}
    costs: dict[str, list[float]] = {"taken": [], "counted": [], "clustered": []}
    for number in range(_ROUNDS + _WARM):
        body = {"signals": rows(said, number * _BATCH, _BATCH, here.clock.now(), _RATE)}
        costs["taken"].append(_cpu(lambda: _send(client, body, key)))
        costs["counted"].append(_cpu(beside.catch_up))
        costs["clustered"].append(_cpu(lambda: beside.clustering.catch_up(beside, SLICE_MS * 50)))
    words = "with models" if language else "without models"
    median = {name: statistics.median(each[_WARM:]) / _BATCH * 1e6 for name, each in costs.items()}
    for name, value in median.items():
        yield Figure(name=f"a signal {name}, {words}", value=value, unit="µs CPU")
    other = (WORKERS - 1) * median["counted"] + WORKERS * median["clustered"]
    whole = median["taken"] + other
    yield Figure(
        name=f"what {WORKERS} free cores take, {words}",
        value=WORKERS * 1e6 / whole,
        unit="/s",
        aim="≥ 5,000",
    )
    for world in (here, beside):
        world.close()


def _send(client: object, body: object, key: dict[str, str]) -> None:
    answer = client.post("/v1/signals/batch", json=body, headers=key)  # type: ignore[attr-defined] # Flask's client
    assert answer.status_code == HTTPStatus.ACCEPTED, answer.text  # noqa: S101 - a refusal is no measurement


def _cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start

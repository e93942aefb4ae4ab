"""Comparing policies: each shipped rule taken out, every threshold moved, one book alone."""

import re
import time
from collections.abc import Iterator, Mapping

from bench.measuring import Figure
from ontology.facts import catalogue
from rules.comparison import compare
from rules.policy import build, is_book
from rules.shown_regions import shown
from service.bundle import packaged
from service.comparing import comparing

_NUMBER = re.compile(rb"at least (\d+)(?=[,}\n])")
_ONE = "rules/books/routing.yaml"


def measure() -> Iterator[Figure]:
    """CPU time of comparisons, and how many regions get an example."""
    yield from _without_each()
    files = packaged()
    moved = {name: _moved(name, text) for name, text in files.items()}
    yield from _whole("every whole number that is asked for one higher", files, moved)
    yield from _whole("all books against one alone", files, {"routing.yaml": files[_ONE]})


def _without_each() -> Iterator[Figure]:
    old = build(packaged(), catalogue())
    times, regions, lacking = list[float](), 0, 0
    for rule in old.rules:
        start = time.process_time()
        found = shown(
            compare(old, old.having(one for one in old.rules if one is not rule)), catalogue()
        )
        times.append(time.process_time() - start)
        regions += len(found)
        lacking += sum(one.example is None for one in found)
    times.sort()
    name = f"each of {len(times)} rules taken out"
    yield Figure(name=f"{name}, median", value=1e3 * times[len(times) // 2], unit="ms CPU")
    yield Figure(name=f"{name}, longest", value=1e3 * times[-1], unit="ms CPU")
    yield Figure(name=f"{name}: regions", value=regions, unit="regions")
    yield Figure(name=f"{name}: regions without an example", value=lacking, unit="regions")


def _whole(name: str, old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Iterator[Figure]:
    start = time.process_time()
    report = comparing(old, new)
    took = time.process_time() - start
    yield Figure(name=name, value=took, unit="s CPU")
    lacking = sum(one.example is None for one in report.shown)
    yield Figure(name=f"{name}: regions", value=len(report.shown), unit="regions")
    yield Figure(name=f"{name}: regions without an example", value=lacking, unit="regions")


def _moved(name: str, text: bytes) -> bytes:
    if not is_book(name):
        return text
    return _NUMBER.sub(lambda found: b"at least %d" % (int(found[1]) + 1), text)

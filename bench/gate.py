"""The gate at a million triples: a message judged by each engine, and an audit of 100,000."""

import gc
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyoxigraph as ox

from bench.measuring import Figure, resident_mb
from bench.worlds import grow, sample_world
from ontology import shape_engines
from ontology.events import Draft, Json
from ontology.gate import judge
from ontology.identity import ThingId
from ontology.judged import Proposed, context_of
from ontology.projection import project
from ontology.shape_engines import GateEngine
from ontology.shape_files import shapes
from service.audit_file import Plan, begin
from service.shape_audit import Auditing, run
from service.world import World

TRIPLES = 1_000_000
AUDITED = 100_000
_AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
_PERSON = ThingId("person/bench")
_CHANNELS = ("press", "website")
_LANGUAGES = ("en", "fr")
_TOPICS = 3
_CROWD = 200
"""Messages that are live on one topic at once."""
_WORKS = 5
"""Works that are about one incident, so 20 messages, of which some claim the same."""


def measure() -> Iterator[Figure]:
    """Milliseconds a message at a million triples, by engine; minutes an audit, on two cores."""
    shape_engines.warm()
    gc.freeze()  # what is loaded by now, as the service does before it forks its workers
    with sample_world() as world:
        world.graph.bulk_load(_messages(2_000))
        world.graph.bulk_load(_crowd())
        grow(world, TRIPLES)
        yield from _judged(world, "a message", [_published(n) for n in range(0, 2_000, 5)])
        crowded = [_published(number) for number in range(2_000, 2_000 + _CROWD)]
        yield from _judged(world, f"a message, {_CROWD} live on its topic", crowded)
    with sample_world() as world:
        world.graph.bulk_load(_messages(AUDITED))
        yield from _audited(world, GateEngine.FAST)


def _judged(world: World, what: str, drafts: Sequence[Draft]) -> Iterator[Figure]:
    known, name = shapes(), f"{len(world.graph.store) / 1e6:.1f} M triples"
    sizes = [len(_context(world, draft)) for draft in drafts[:50]]
    yield Figure(name=f"triples that judging {what} reads", value=statistics.mean(sizes), unit="")
    for engine, aim in (("fast", "10"), ("pyshacl", "60"), ("both", "")):
        wall, cpu = [], []
        for draft in drafts if engine == "fast" else drafts[:120]:
            began, used = time.perf_counter(), time.process_time()
            verdict = judge(world.graph, [draft], _AT, known, GateEngine(engine))
            wall.append((time.perf_counter() - began) * 1_000)
            cpu.append((time.process_time() - used) * 1_000)
            if verdict.refused or verdict.disagreements:
                raise AssertionError(verdict.results)
        for clock, taken in (("CPU", cpu), ("wall", wall)):
            yield Figure(
                name=f"{what}, {engine}, {name}, {clock}: median",
                value=statistics.median(taken),
                unit="ms",
            )
            yield Figure(
                name=f"{what}, {engine}, {name}, {clock}: 99 in 100",
                value=statistics.quantiles(taken, n=100)[98],
                unit="ms",
                aim=aim,
            )


def _context(world: World, draft: Draft) -> frozenset[ox.Quad]:
    proposed = Proposed.of(world.graph, [draft])
    return context_of(shapes(), proposed, [draft.subject]).quads


def _audited(world: World, engine: GateEngine) -> Iterator[Figure]:
    plan = Plan(sequence=0, policy="", engine=engine, types=("Message",), at=_AT)
    auditing = Auditing(graph=world.graph, shapes=shapes(), plan=plan)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "audit.jsonl"
        _, tally = begin(path, plan)
        before, began = _children(), time.perf_counter()
        with path.open("a") as out:
            for _ in run(auditing, out, tally, jobs=2):
                pass
        taken, used = time.perf_counter() - began, _children() - before
    count = (
        f"{tally.judged:,} messages, {engine.value}, {len(world.graph.store) / 1e6:.1f} M triples"
    )
    yield Figure(name=f"audit of {count}, wall", value=taken / 60, unit="min", aim="6")
    yield Figure(name="CPU of it, in two processes", value=used / 60, unit="min")
    yield Figure(name="violations that it found", value=float(tally.violations), unit="")
    yield Figure(name="memory of this process", value=resident_mb(os.getpid()), unit="MB")


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _published(number: int) -> Draft:
    """The act by which a message goes out, over one that is live: nothing else changes."""
    return Draft(
        id="event/bench",
        type="thing.acted",
        subject=ThingId(f"message/b{number}"),
        actor=_PERSON,
        occurred_at=_AT,
        data={"to": "live", "properties": {}},
    )


def _messages(count: int) -> Iterator[ox.Quad]:
    """Messages in two languages on two channels, each with two claims and two approvals."""
    versions = [(channel, language) for channel in _CHANNELS for language in _LANGUAGES]
    for work in range(count // len(versions)):
        incident = f"incident/b{work // _WORKS}"
        if work % _WORKS == 0:
            yield from _incident(incident)
        yield from _put(f"work/b{work}", "Work", {"name": "What happened"})
        for place, (channel, language) in enumerate(versions):
            number = work * len(versions) + place
            yield from _message(number, work, incident, channel, language)


def _crowd() -> Iterator[ox.Quad]:
    """Messages that are live at once and say the same on one topic."""
    incident = "incident/crowd"
    yield from _incident(incident)
    for number in range(2_000, 2_000 + _CROWD):
        work = number * _TOPICS  # so that all claim the same
        yield from _put(f"work/b{work}", "Work", {"name": "What happened"})
        yield from _message(number, work, incident, "website", "en")


def _incident(incident: str) -> Iterator[ox.Quad]:
    yield from _put(incident, "Incident", {"harm": "injury", "topic": ["rails"], "phase": "open"})
    for topic in range(_TOPICS):
        name = f"claim-topic/{incident.partition('/')[2]}-{topic}"
        yield from _put(name, "ClaimTopic", {"name": "A topic"})


def _message(
    number: int, work: int, incident: str, channel: str, language: str
) -> Iterator[ox.Quad]:
    message = f"message/b{number}"
    said: dict[str, Json] = {
        "versionOf": f"work/b{work}",
        "versionNumber": 1,
        "messageKind": "statement",
        "onChannel": channel,
        "language": language,
        "audience": "public",
        "author": "person/writer",
        "text": "We are sorry that people were hurt.",
        "aboutIncident": incident,
        "acknowledgesHarm": True,
        "admission": "none",
        "riskTier": "executive",
        "contentDigest": f"d{number}",
        "retainUntil": (_AT + timedelta(days=4_000)).isoformat().replace("+00:00", "Z"),
        "state": "live",
    }
    yield from _put(message, "Message", said)
    for claim in range(2):
        topic = f"claim-topic/{incident.partition('/')[2]}-{(work + claim) % _TOPICS}"
        claimed: dict[str, Json] = {
            "ofMessage": message,
            "claimTopic": topic,
            "polarity": "affirmed",
        }
        yield from _put(f"claim/b{number}-{claim}", "Claim", claimed)
    for need in ("legal-approval", "board-approval"):
        granted: dict[str, Json] = {
            "approves": message,
            "requirement": need,
            "contentDigest": f"d{number}",
            "approver": "person/lawyer",
            "state": "granted",
        }
        yield from _put(f"approval/b{number}-{need}", "Approval", granted)


def _put(thing: str, kind: str, properties: Mapping[str, Json]) -> Iterator[ox.Quad]:
    data: dict[str, Json] = {"type": kind, "properties": dict(properties)}
    change = project("record.put", ThingId(thing), data)
    if change is not None:
        yield from change.adds

"""Adapting: a file of another system's payloads goes in as records and signals, faults aside."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from loaders import bluesky, listening_export, mastodon, salesforce, zendesk
from loaders.listening import ListeningInvalid
from loaders.payload_files import PayloadInvalid, payloads
from loaders.payload_items import Adapted, Terms
from loaders.rejects import RejectFile, reject
from loaders.signals import FieldInvalid, Source, signal
from ontology.identity import IdentityInvalid, ThingId, thing_id
from ontology.signals import Signal
from service.founding import body_of
from service.intake import SignalRefused, file_under, take
from service.registering import FileRefused, register_bodies
from service.world import World

SYSTEMS: Final = ("zendesk", "salesforce", "mastodon", "bluesky", "listening")
_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One file and how to read it: what it relies on, where posts belong, times without offset."""

    file: Path
    rejects: Path
    actor: ThingId
    agreement: str | None = None
    touchpoints: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    feed: str = "feed/listening"
    platform: str = "platform/twitter"
    zone: ZoneInfo | None = None
    accounts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """How many records and signals were new or known, what was left out, what nobody reads."""

    records: int
    signals: int
    known: int
    rejected: int
    ignored: Mapping[str, int]


def adapt(system: str, given: Import) -> Iterator[Adapted]:
    """What a file holds, payload by payload.

    Raises:
        PayloadInvalid, ListeningInvalid: the file as a whole is none.
        OSError: it can't be read.
    """
    if system == "listening":
        export = listening_export.Export(path=given.file, platform=given.platform, zone=given.zone)
        yield listening_export.adapt(export)
        return
    yield from map(_reader(system, given), payloads(given.file))


def load(world: World, system: str, given: Import) -> Imported:
    """Put a file's records and take its signals; loading twice changes nothing.

    Raises:
        FileRefused: the file can't be read, or what it belongs under is unknown here.
    """
    try:
        with RejectFile(given.rejects) as bad:
            return _load(world, system, given, bad)
    except (PayloadInvalid, ListeningInvalid, SignalRefused, IdentityInvalid) as error:
        raise FileRefused(str(error)) from error
    except OSError as error:
        raise FileRefused(f"{given.file}: {error.strerror}; give a file of {system}") from error


def _reader(system: str, given: Import) -> Callable[[object], Adapted]:
    terms = Terms(agreement=given.agreement, touchpoints=given.touchpoints)
    readers: Mapping[str, Callable[[object], Adapted]] = {
        "zendesk": partial(zendesk.adapt, terms=terms),
        "salesforce": partial(salesforce.adapt, terms=terms),
        "mastodon": partial(mastodon.adapt, accounts=given.accounts),
        "bluesky": partial(bluesky.adapt, accounts=given.accounts),
    }
    return readers[system]


def _load(world: World, system: str, given: Import, bad: RejectFile) -> Imported:
    adapted = [*adapt(system, given)]
    posts = _signals(world, given, adapted, bad)
    for one in adapted:
        for item, name, reason, value, example in one.faults:
            _refuse(bad, given, item, FieldInvalid(name, reason, value, example))
    bodies = [body_of(record) for one in adapted for record in one.records]
    done = register_bodies(world, given.file, bodies, bad, given.actor)
    new = known = 0
    if posts:
        world.perception.warm()
    for start in range(0, len(posts), _AT_ONCE):
        taken = take(world, posts[start : start + _AT_ONCE], actor=given.actor, in_full=True)
        new, known = new + taken.new, known + taken.known
    ignored: Counter[str] = sum((one.ignored for one in adapted), Counter())
    return Imported(
        records=done.new,
        signals=new,
        known=done.known + known,
        rejected=bad.count,
        ignored=dict(sorted(ignored.items())),
    )


def _signals(
    world: World, given: Import, adapted: Sequence[Adapted], bad: RejectFile
) -> list[Signal]:
    """The signals of all payloads; what can't be taken goes to the rejects."""
    if not any(one.signals for one in adapted):
        return []
    file_under(world, feed=given.feed, platform=given.platform)
    source = Source(
        feed=thing_id(given.feed),
        platform=thing_id(given.platform),
        pseudonym=world.keys.pseudonym,
        received_at=world.clock.now(),
    )
    found = []
    for one in adapted:
        for item, values in zip(one.places, one.signals, strict=True):
            try:
                found.append(signal(values, source))
            except FieldInvalid as error:
                _refuse(bad, given, item, error)
    return found


def _refuse(bad: RejectFile, given: Import, item: int, error: FieldInvalid) -> None:
    bad.add(
        reject(
            source=given.file.name,
            line=item,
            field=error.field,
            reason=error.reason,
            value=error.value,
            example=error.example,
        )
    )

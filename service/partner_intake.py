"""Partner intake: a signed message becomes signals, as far as the agreement permits."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from typing import Final, cast

from pydantic import ValidationError

from knowledge.refusals import DuplicateEvent, IdempotencyMismatch
from ontology.events import Draft, Event, Json
from ontology.identity import ThingId
from ontology.signals import Signal
from service import cloud_events, intake, lag, partners, sharing, signatures
from service.cloud_events import Heard, Loads
from service.drift import form, shown
from service.intake import SignalRefused
from service.partners import Partner
from service.problems import Fault, ProblemError, example_of, invalid, pointer
from service.sharing import PURPOSE, Terms
from service.signal_bodies import SignalIn
from service.signatures import Unsigned
from service.traffic import REFUSED, TAKEN
from service.world import World

BUDGET_MS: Final = 30_000.0
"""How long the signals of one message may be scored; the rest is kept unjudged."""

_NOBODY: Final = ThingId("decoy/nobody")
_AT_LEAST: Final = 2
"""Secrets that every message is tried against, so that strangers cost as much as partners."""

_KNOWN: Final = frozenset(SignalIn.model_fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What became of a message; `again` where it was answered before under the same id."""

    new: int
    known: int
    rejected: tuple[Fault, ...]
    dropped: Mapping[str, int]
    sequence: int
    again: bool = False


@dataclass(slots=True, kw_only=True)
class _Sorted:
    """The events of a message on their way in."""

    signals: list[Signal] = field(default_factory=list)
    rejected: list[Fault] = field(default_factory=list)
    outside: list[Fault] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    rows: list[Mapping[str, object]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    """A message that its partner signed."""

    world: World
    partner: Partner
    id: str
    digest: str
    headers: Mapping[str, str]
    body: bytes

    def event(self, kind: str) -> str:
        """The id of what is recorded of it: the same for every attempt."""
        mac = self.world.keys.mac("intake", [kind, self.partner.id, self.id])
        return f"event/{kind.replace('.', '-')}-{mac.hex()[:32]}"

    def record(self, kind: str, data: Mapping[str, Json]) -> Event:
        """Record what became of it, once."""
        draft = Draft(
            id=self.event(kind),
            type=kind,
            subject=self.partner.id,
            actor=self.partner.id,
            occurred_at=self.world.clock.now(),
            data={"body": self.digest, **data},
            governed=False,
        )
        try:
            return self.world.ledger.append([draft])[0]
        except DuplicateEvent:
            found = self.world.ledger.by_id(draft.id)
            if found is None:
                raise
            return found


def receive(
    world: World, partner: ThingId, headers: Mapping[str, str], body: bytes, loads: Loads
) -> Received:
    """Take what a partner sends; header names are lower case.

    Raises:
        Unsigned: the partner is not known, or the message is not signed by it now.
        ProblemError: nothing of it may or can be taken; that is recorded.
        IdempotencyMismatch: another message came under its id.
    """
    message = _message(world, partner, headers, body)
    first = world.ledger.by_id(message.event(TAKEN))
    if first is not None:
        return _again(first, message.digest)
    terms = _in_force(message)
    found = _sorted(message, terms, cloud_events.read(headers, body, loads))
    if not found.signals:
        raise _refused(message, found)
    taken = intake.take(
        world,
        found.signals,
        actor=message.partner.id,
        budget_ms=BUDGET_MS,
        until=terms.until(world.clock.now()),
    )
    event = message.record(
        TAKEN,
        {
            **_counts(found),
            "new": taken.new,
            "known": taken.known,
            "received": [*lag.counted(found.signals)],
        },
    )
    return Received(
        new=taken.new,
        known=taken.known,
        rejected=(*found.rejected, *found.outside),
        dropped=dict(found.dropped),
        sequence=event.sequence,
    )


def _message(world: World, partner: ThingId, headers: Mapping[str, str], body: bytes) -> _Message:
    """The message, once its signature fits; for strangers as much is computed as for partners."""
    now = world.clock.now()
    known = world.partners.get(partner)
    live = [one.number for one in known.secrets if one.live(now)] if known else []
    numbers = [(known.id if known else _NOBODY, number) for number in live]
    numbers += [(_NOBODY, number) for number in range(_AT_LEAST - len(numbers))]
    secrets = [partners.text(world.keys, *one) for one in numbers]
    name, _ = signatures.verified(headers, body, secrets, now)
    if known is None:
        raise Unsigned("unknown")
    digest = world.keys.mac("intake-bodies", sha256(body).hexdigest()).hex()[:32]
    return _Message(world=world, partner=known, id=name, digest=digest, headers=headers, body=body)


def _again(first: Event, digest: str) -> Received:
    if first.data.get("body") != digest:
        raise IdempotencyMismatch(first.sequence)
    counts = {name: first.data.get(name) for name in ("new", "known")}
    new, known = (count if isinstance(count, int) else 0 for count in counts.values())
    dropped = first.data.get("dropped")
    return Received(
        new=new,
        known=known,
        rejected=(),
        dropped=cast("dict[str, int]", dropped) if isinstance(dropped, dict) else {},
        sequence=first.sequence,
        again=True,
    )


def _in_force(message: _Message) -> Terms:
    """The partner's terms, if they let anything in now.

    Raises:
        ProblemError: they do not; the refusal is recorded.
    """
    world, partner = message.world, message.partner
    terms = sharing.terms(world.graph, partner.agreement)
    barred = ("agreement-missing", f"{partner.agreement} does not stand any more.")
    if terms is not None and terms.partner == partner.id:
        reason = terms.barred(world.clock.now())
        if reason is None and not partner.suspended:
            return terms
        barred = reason or ("partner-suspended", f"{partner.id} is suspended.")
    kind, detail = barred
    message.record(REFUSED, {"refused": {kind: 1}})
    raise ProblemError(HTTPStatus.FORBIDDEN, kind, f"{detail} Nothing was stored.")


def _sorted(message: _Message, terms: Terms, events: Sequence[Heard | Fault]) -> _Sorted:
    """Each event taken, rejected as it is no signal, or refused as outside the agreement."""
    found, reader = _Sorted(), intake.Reader(message.world)
    for place, event in enumerate(events):
        path: list[int | str] = [place] if len(events) > 1 else []
        if isinstance(event, Fault):
            found.rejected.append(event)
        elif event.purpose not in {None, PURPOSE} or event.purpose not in {None, *terms.purposes}:
            detail = f"attune takes data for {PURPOSE}, under this agreement for nothing else"
            found.outside.append(
                Fault(pointer=pointer([*path, "purpose"]), detail=detail, example=PURPOSE)
            )
        else:
            found.rows.append(event.data)
            _admit(reader, terms, event, path, found)
    return found


def _admit(
    reader: intake.Reader, terms: Terms, event: Heard, path: list[int | str], found: _Sorted
) -> None:
    """Drop what is not permitted, fill in what the envelope says, and read the signal."""
    data, dropped = sharing.kept(event.data, terms.fields & _KNOWN)
    found.dropped.update(shown(name, found.dropped) for name in dropped)
    if "feed" in data and data["feed"] not in terms.feeds:
        where = pointer([*path, "data", "feed"])
        words, example = f"is no feed of {terms.agreement}", terms.feeds[0]
        found.outside.append(Fault(pointer=where, detail=words, example=example))
        return
    try:
        heard = SignalIn.model_validate({**_envelope(reader.world, terms, event, data), **data})
        found.signals.append(reader.read(heard))
    except ValidationError as error:
        found.rejected += invalid(error, SignalIn, [*path, "data"]).faults
    except SignalRefused as error:
        found.rejected.append(
            Fault(
                pointer=pointer([*path, "data", error.field]),
                detail=str(error),
                example=example_of(SignalIn).get(error.field),
            )
        )


def _envelope(
    world: World, terms: Terms, event: Heard, data: Mapping[str, object]
) -> dict[str, object]:
    """What an event says of itself where its data does not: id, time, feed, platform."""
    said: dict[str, object] = {"id": event.id}
    if event.time is not None:
        said["posted_at"] = event.time
    if len(terms.feeds) == 1:
        said["feed"] = terms.feeds[0]
    feed = data.get("feed", said.get("feed"))
    if feed in terms.feeds:
        said["platform"] = world.graph.get(ThingId(str(feed)), "observes")
    return said


def _counts(found: _Sorted) -> dict[str, Json]:
    """What is recorded of a message: counts, names of fields, types; no value."""
    kinds = dict(_reasons(found))
    return {
        "events": len(found.rows),
        "rejected": len(found.rejected),
        "dropped": dict(found.dropped),
        "refused": kinds,
        "form": {name: dict(types) for name, types in form(found.rows).items()},
    }


def _reasons(found: _Sorted) -> Iterator[tuple[str, Json]]:
    if found.outside:
        yield "outside-agreement", len(found.outside)


def _refused(message: _Message, found: _Sorted) -> ProblemError:
    """Nothing of the message could be taken: say why and record it."""
    message.record(REFUSED, _counts(found))
    faults = (*found.outside, *found.rejected)
    if found.outside:
        detail = "What was sent is outside the agreement. Nothing was stored."
        return ProblemError(HTTPStatus.FORBIDDEN, "outside-agreement", detail, faults=faults)
    return ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-input", "No signal was taken.", faults=faults
    )

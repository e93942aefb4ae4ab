"""Partners: systems that may send under an agreement, and which secrets sign for them."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from knowledge.sealing import KeyStore
from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId

ENROLLED: Final = "partner.enrolled"
ROTATED: Final = "partner.rotated"
SUSPENDED: Final = "partner.suspended"
RESUMED: Final = "partner.resumed"

OVERLAP: Final = timedelta(hours=24)
"""How long the secrets before a rotation still sign, unless told otherwise."""

_PURPOSE: Final = "partner-secrets"


class PartnerRefused(ValueError):
    """A partner can't be enrolled or changed like this; the message says what would do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """One signing secret by its number; `until` is when it ends, None for the current one."""

    number: int
    until: datetime | None = None

    def live(self, now: datetime) -> bool:
        """Whether it still signs."""
        return self.until is None or now < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A system that may send, the agreement that it sends under, its secrets' numbers."""

    id: ThingId
    agreement: ThingId
    secrets: tuple[Secret, ...]
    suspended: bool = False
    since: datetime


class Partners:
    """All partners, as far as events were applied."""

    def __init__(self) -> None:
        """Start with none."""
        self._all: dict[ThingId, Partner] = {}

    def apply(self, event: Event) -> None:
        """Fold one event; others than those of partners change nothing."""
        known = self._all.get(event.subject)
        if event.type == ENROLLED:
            self._all[event.subject] = _enrolled(event, known)
        elif known is not None and event.type == ROTATED:
            self._all[known.id] = _rotated(event, known)
        elif known is not None and event.type in _STANDING:
            self._all[known.id] = replace(known, suspended=_STANDING[event.type])

    def get(self, partner: ThingId) -> Partner | None:
        """One partner."""
        return self._all.get(partner)

    def all(self) -> tuple[Partner, ...]:
        """All partners, by id."""
        return tuple(self._all[name] for name in sorted(self._all))


_STANDING: Final[Mapping[str, bool]] = MappingProxyType({SUSPENDED: True, RESUMED: False})


def text(keys: KeyStore, partner: ThingId, number: int) -> str:
    """A secret as Standard Webhooks writes it; it is made from the key store, written nowhere."""
    return "whsec_" + base64.b64encode(keys.mac(_PURPOSE, [partner, number])).decode()


def enrolment(
    partner: ThingId, agreement: ThingId, known: Partner | None, by: tuple[str, ThingId, datetime]
) -> Draft:
    """The draft that enrols a partner, or moves it to another agreement; its secret stays."""
    number = known.secrets[-1].number if known is not None else 1
    return _draft(ENROLLED, partner, by, {"agreement": agreement, "secret": number})


def rotation(partner: Partner, until: datetime, by: tuple[str, ThingId, datetime]) -> Draft:
    """The draft that gives a partner a new secret; those before it sign until then."""
    number = partner.secrets[-1].number + 1
    return _draft(ROTATED, partner.id, by, {"secret": number, "until": until.isoformat()})


def standing(
    partner: Partner, *, suspended: bool, reason: str, by: tuple[str, ThingId, datetime]
) -> Draft:
    """The draft that suspends a partner or takes it on again."""
    return _draft(SUSPENDED if suspended else RESUMED, partner.id, by, {"reason": reason})


def _draft(
    type_: str, partner: ThingId, by: tuple[str, ThingId, datetime], data: dict[str, Json]
) -> Draft:
    event, actor, at = by
    return Draft(
        id=event,
        type=type_,
        subject=partner,
        actor=actor,
        occurred_at=at,
        scopes=(Scope(partner),),
        data=data,
    )


def _enrolled(event: Event, known: Partner | None) -> Partner:
    first = Secret(number=int(str(event.data["secret"])))
    return Partner(
        id=event.subject,
        agreement=ThingId(str(event.data["agreement"])),
        secrets=known.secrets if known is not None else (first,),
        suspended=known.suspended if known is not None else False,
        since=known.since if known is not None else event.recorded_at,
    )


def _rotated(event: Event, known: Partner) -> Partner:
    ends = datetime.fromisoformat(str(event.data["until"]))
    kept = (
        replace(one, until=ends if one.until is None else min(one.until, ends))
        for one in known.secrets
    )
    fresh = Secret(number=int(str(event.data["secret"])))
    live = (one for one in kept if one.live(event.recorded_at))
    return replace(known, secrets=(*live, fresh))

"""Enrolling: partners added, given new secrets, suspended and taken on again, for the record."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ontology.events import Draft
from ontology.identity import Scope, ThingId
from service import partners, sharing
from service.partners import OVERLAP, Partner, PartnerRefused
from service.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """A partner and the text of its newest secret, to be handed over once."""

    partner: Partner
    secret: str


def add(world: World, partner: ThingId, agreement: ThingId, *, actor: ThingId) -> Enrolled:
    """Enrol a system under an agreement that names it.

    Raises:
        PartnerRefused: there is no such agreement, or it is with somebody else.
    """
    terms = sharing.terms(world.graph, agreement)
    if terms is None:
        raise PartnerRefused(f"there is no agreement {agreement!r}; put it with POST /v1/records")
    if terms.partner != partner:
        raise PartnerRefused(
            f"{agreement} is with {terms.partner or 'nobody'}, not with {partner};"
            f" set its partner to {partner}"
        )
    world.catch_up()
    known = world.partners.get(partner)
    if known is not None and known.agreement == agreement:
        return _shown(world, known)
    return _recorded(
        world, partner, lambda by: partners.enrolment(partner, agreement, known, by), actor
    )


def rotate(
    world: World, partner: ThingId, *, actor: ThingId, overlap: timedelta = OVERLAP
) -> Enrolled:
    """Give a partner a new secret; the ones before it sign for `overlap` longer.

    Raises:
        PartnerRefused: there is no such partner.
    """
    known = found(world, partner)
    until = world.clock.now() + overlap
    return _recorded(world, partner, lambda by: partners.rotation(known, until, by), actor)


def stand(
    world: World, partner: ThingId, *, suspended: bool, reason: str, actor: ThingId
) -> Partner:
    """Suspend a partner, or take it on again; said twice is said once.

    Raises:
        PartnerRefused: there is no such partner.
    """
    known = found(world, partner)
    if known.suspended == suspended:
        return known
    return _recorded(
        world,
        partner,
        lambda by: partners.standing(known, suspended=suspended, reason=reason, by=by),
        actor,
    ).partner


def found(world: World, partner: ThingId) -> Partner:
    """A partner by its id.

    Raises:
        PartnerRefused: there is none.
    """
    world.catch_up()
    known = world.partners.get(partner)
    if known is None:
        raise PartnerRefused(
            f"there is no partner {partner!r}; `attune partners list` shows them,"
            " `attune partners add` enrols one"
        )
    return known


def _recorded(
    world: World,
    partner: ThingId,
    make: Callable[[tuple[str, ThingId, datetime]], Draft],
    actor: ThingId,
) -> Enrolled:
    scope = Scope(partner)
    version = world.ledger.versions([scope])
    world.catch_up()
    draft = make((world.ids("event"), actor, world.clock.now()))
    world.ledger.append([draft], expected=version)
    world.catch_up()
    return _shown(world, found(world, partner))


def _shown(world: World, partner: Partner) -> Enrolled:
    secret = partners.text(world.keys, partner.id, partner.secrets[-1].number)
    return Enrolled(partner=partner, secret=secret)

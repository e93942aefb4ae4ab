"""The audit trail as a page: what happened, by whom, with the proof that nothing was changed."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Final

from apiflask import APIBlueprint
from flask import Response, request

from knowledge.merkle import includes, leaf_hash
from ontology.events import Event, Json
from ontology.identity import IdentityInvalid, ThingId, thing_id
from service.api.answers import principal, world
from service.api.ledger import shown, withheld
from service.assessment_view import visible
from service.pages.frame import page
from service.problems import Fault, ProblemError, bad_request, not_found, quoted
from service.world import World

bp = APIBlueprint("page_audit", __name__, enable_openapi=False)

_A_PAGE: Final = 50
MOST_VERIFIED: Final = 50_000
"""Events that are recomputed while somebody waits; more take `attune ledger verify`."""


@bp.get("/audit")
def trail() -> Response:
    """Events, the newest first, of a type or a thing, before a place or a moment."""
    here = world()
    here.catch_up()
    before, kind, thing = _before(here), request.args.get("type", ""), _thing()
    events = here.ledger.newest(
        types=(kind,) if kind else (), before=before, limit=_A_PAGE + 1, subject=thing
    )
    size = here.ledger.head()
    return page(
        "audit.html",
        events=[_line(here, one) for one in events[:_A_PAGE]],
        older=events[_A_PAGE - 1].sequence if len(events) > _A_PAGE else None,
        asked={"type": kind, "thing": thing or "", "until": request.args.get("until", "")},
        size=size,
        root=here.ledger.root(size).hex(),
    )


@bp.get("/audit/<int:sequence>")
def event(sequence: int) -> Response:
    """One event, its leaf, and the path from it to the root, recomputed here and now."""
    here = world()
    here.catch_up()
    found = here.ledger.at(sequence)
    if found is None:
        raise not_found("event", str(sequence), "1")
    size = here.ledger.head()
    path = here.ledger.inclusion(sequence, size)
    root = here.ledger.root(size)
    return page(
        "audit-event.html",
        event=_line(here, found) | {"all": _all(here, found)},
        leaf=found.leaf.hex(),
        path=[node.hex() for node in path],
        size=size,
        root=root.hex(),
        holds=_holds(here, found, size, path),
    )


@bp.get("/audit/verification")
def verification() -> Response:
    """Everything recomputed from the stored bytes, where that takes seconds."""
    here = world()
    here.catch_up()
    size = here.ledger.head()
    found = here.ledger.verify() if size <= MOST_VERIFIED else None
    return page("audit-verified.html", size=size, found=found, most=MOST_VERIFIED)


def _holds(here: World, found: Event, size: int, path: Sequence[bytes]) -> bool:
    """Whether the stored bytes give the leaf, and the leaf with its path gives the root."""
    entry, root = here.ledger.entry(found.sequence), here.ledger.root(size)
    same = entry is not None and leaf_hash(entry) == found.leaf
    return same and includes(found.leaf, found.sequence - 1, size, path, root)


def _line(here: World, found: Event) -> dict[str, Json]:
    """An event in a line; of those that only few may see only that they are there."""
    told = _all(here, found)
    return {
        "sequence": found.sequence,
        "at": found.recorded_at.isoformat(),
        "type": str(told.get("type", "withheld")),
        "thing": told.get("subject"),
        "actor": told.get("actor"),
        "act": _act(found) if "type" in told else None,
        "withheld": told.get("withheld"),
    }


def _all(here: World, found: Event) -> dict[str, Json]:
    mine = visible(here, found.subject, principal().actor(None).id)
    return shown(found) if mine else withheld(found)


def _act(found: Event) -> str | None:
    act = found.data.get("act")
    return act if isinstance(act, str) else None


def _before(here: World) -> int | None:
    """The place before which is looked: given as one, or as the end of a moment."""
    given, until = request.args.get("before", ""), request.args.get("until", "")
    if given:
        if not given.isascii() or not given.isdigit() or len(given) > 18:  # noqa: PLR2004 - 64 bits
            raise bad_request(f"{quoted(given)} is no place in the ledger; write ?before=100")
        return int(given)
    if not until:
        return None
    try:
        at = datetime.fromisoformat(until)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        fault = Fault(
            pointer="/until",
            detail="is no moment with an offset",
            value=quoted(until),
            example="2026-11-24T08:00:00Z",
        )
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", "Until when is not said.", faults=[fault]
        )
    return here.ledger.sequence_at(at) + 1


def _thing() -> ThingId | None:
    given = request.args.get("thing", "").strip()
    if not given:
        return None
    try:
        return thing_id(given)
    except IdentityInvalid as error:
        raise bad_request(
            f"{quoted(given)} is no id; one looks like incident/2013-ny-train"
        ) from error

"""The sitrep as a page: one incident as of any minute, live while it is of now, and its file."""

import base64
from datetime import UTC, datetime
from typing import Final

from apiflask import APIBlueprint
from flask import Response, request

from ontology.identity import ThingId
from service.api.answers import principal, world
from service.api.sitreps import SitrepIn, as_file, asked
from service.bodies import EARLIEST, LATEST, instant
from service.incident_listing import listed
from service.pages.frame import page
from service.permissions import SEE_PEOPLE
from service.problems import Fault, quoted, unprocessable
from service.sitrep import Sitrep
from service.sitrep_text import left_out, pieces

bp = APIBlueprint("page_sitrep", __name__, enable_openapi=False, url_prefix="/incidents")

_MOST: Final = 200


@bp.get("")
def index() -> Response:
    """Every incident, those under way first, each with its sitrep."""
    here = world()
    here.catch_up()
    rows = [one for one in listed(here, None) if isinstance(one, dict)]
    rows.sort(key=lambda one: str(one.get("opened_at", "")), reverse=True)
    rows.sort(key=lambda one: one.get("state") != "open")
    return page("incidents.html", rows=rows[:_MOST], more=max(0, len(rows) - _MOST))


@bp.get("/<string:local>/sitrep")
def one(local: str) -> Response:
    """The sitrep; one of now looks anew whenever something happens."""
    at = _moment()
    found = _found(local, at, people=bool(SEE_PEOPLE & principal().roles))
    drawn = base64.b64encode(found.picture.encode()).decode()
    return page(
        "sitrep.html",
        found=found,
        at=None if at is None else instant(at),
        drawn=drawn,
        pieces=pieces,
        left_out=left_out,
    )


@bp.get("/<string:local>/sitrep/file")
def file(local: str) -> Response:
    """The same as one file with its proofs; nobody is named in it."""
    return as_file(_found(local, _moment(), people=False))


def _found(local: str, at: datetime | None, *, people: bool) -> Sitrep:
    return asked(ThingId(f"incident/{local}"), SitrepIn(at=at), people=people)


def _moment() -> datetime | None:
    """As of when: the form says that its times are UTC, so one without a zone is.

    Raises:
        ProblemError: it is no moment (422).
    """
    text = request.args.get("at", "")
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        if EARLIEST <= at < LATEST:
            return at
    except (ValueError, OverflowError):
        pass
    fault = Fault(
        pointer="/at",
        detail="is no moment",
        value=quoted(text),
        example=instant(world().clock.now()),
    )
    raise unprocessable([fault])

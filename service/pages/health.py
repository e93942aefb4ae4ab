"""How things stand beyond one incident: platforms and feeds, KPIs and who owns them, journeys."""

from collections.abc import Callable, Mapping
from typing import Final

from apiflask import APIBlueprint
from flask import Response

from ontology.events import Json
from ontology.identity import ThingId
from service import ownership
from service.access import access
from service.api.answers import world
from service.api.journeys import zones_at
from service.api.platforms import registered
from service.ownership_gaps import gaps
from service.pages.frame import HEADERS, page
from service.problems import ProblemError
from service.queue_view import named
from service.world import World

bp = APIBlueprint("page_health", __name__, enable_openapi=False)


@bp.get("/platforms")
def platforms() -> Response:
    """Every platform with its access, and every feed with how long ago it was heard."""
    here = world()
    here.catch_up()
    found = (access(here.graph, one) for one in here.graph.of_type("Platform"))
    rows = [registered(here, one) for one in found if one is not None]
    rows.sort(key=lambda one: (not one["lost"], not one["fallen_back"], str(one["name"])))
    return page("platforms.html", rows=rows, feeds=_feeds(here), named=_named(here))


@bp.get("/kpis")
def kpis() -> Response:
    """Every KPI: who answers for it, its target, its newest value; and what is missing."""
    here = world()
    here.catch_up()
    at = here.clock.now()
    rows = [ownership.shown(one, at) for one in ownership.figures(here)]
    return page("kpis.html", rows=rows, gaps=gaps(here), named=_named(here))


@bp.get("/journeys")
def journeys() -> Response:
    """Touchpoints by risk, with their figures, and the map."""
    world().catch_up()
    try:
        found, why = zones_at(None).json(), None
    except ProblemError as error:
        found, why = None, error.detail
    return page("journeys.html", found=found, why=why)


@bp.get("/journeys/map.svg")
def picture() -> Response:
    """The map of journeys."""
    from service.journey_picture import draw  # noqa: PLC0415 - matplotlib comes with it

    drawn = draw(zones_at(None).study)
    return Response(drawn, content_type="image/svg+xml", headers={**HEADERS, **_STYLED})


_STYLED: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"
}
"""A picture that is opened by itself: styles of its own, and nothing that runs."""


def _feeds(here: World) -> list[dict[str, Json]]:
    """Each feed with what is heard of it now: live, stalled, or missing."""
    with here.listening() as windows:
        heard = {str(one["id"]): one for one in windows.feeds(here.clock.now())}
    rows: list[dict[str, Json]] = []
    for feed in sorted(here.graph.of_type("Feed")):
        known = heard.get(feed, {})
        rows.append(
            {
                "id": feed,
                "name": named(here, feed),
                "platform": str(known.get("platform") or here.graph.get(feed, "onPlatform") or ""),
                "status": str(known.get("status", "missing")),
                "share": _share(known.get("sampling_rate")),
            }
        )
    rows.sort(key=lambda one: (one["status"] == "live", str(one["name"])))
    return rows


def _share(value: object) -> str:
    return f"{float(value):.0%}" if isinstance(value, int | float) else ""


def _named(here: World) -> Callable[[str | None], str]:
    def name(thing: str | None) -> str:
        return named(here, ThingId(thing)) if thing else ""

    return name

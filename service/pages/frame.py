"""What every page stands in: its frame, who is signed in, and where they may go."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Response, g, request, url_for
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ontology.identity import ThingId
from ontology.values import ValueInvalid, parse_duration
from service.api.answers import principal, world
from service.browser_sessions import form_token
from service.clock import new_id
from service.pages.navigation import PLACES
from service.permissions import OPEN, PERMISSIONS
from service.settings import WorldKind

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of every page: no script or style but ours, and none in the page."""

HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Vary": "Cookie",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One entry of the navigation: where it goes, what it says, whether one is there."""

    href: str
    says: str
    here: bool


def page(template: str, status: HTTPStatus = HTTPStatus.OK, **values: Any) -> Response:  # noqa: ANN401 - what templates take
    """A whole page; where htmx asks for a part of it, the page all the same: it picks its part."""
    text = _ENVIRONMENT.get_template(template).render(**_shared(), **values)
    return Response(text, int(status), HEADERS, content_type="text/html; charset=utf-8")


def render(template: str, **values: Any) -> str:  # noqa: ANN401 - what templates take
    """A page that is the same for everybody, as text: nothing of who reads it is in it."""
    return _ENVIRONMENT.get_template(template).render(**values)


def part(
    template: str,
    block: str,
    status: HTTPStatus = HTTPStatus.OK,
    **values: Any,  # noqa: ANN401 - what templates take
) -> Response:
    """One block of a template, to stand in a page that is shown already.

    Its header `Attune-Part` tells the page to put it there though it may say what went wrong.
    """
    found = _ENVIRONMENT.get_template(template)
    context = found.new_context({**_shared(), **values})
    text = "".join(found.blocks[block](context))
    headers = {**HEADERS, "Attune-Part": block}
    return Response(text, int(status), headers, content_type="text/html; charset=utf-8")


def asked_by_htmx() -> bool:
    """Whether htmx asks for the place of a part, not a person for a page."""
    return request.headers.get("HX-Request") == "true"


def may(endpoint: str) -> bool:
    """Whether who is signed in may use an endpoint, of a page or of the API."""
    allowed = PERMISSIONS.get(endpoint, frozenset())
    return allowed is OPEN or bool(_roles() & allowed)


def _roles() -> frozenset[Any]:
    return principal().roles if "principal" in g else frozenset()


def _shared() -> dict[str, Any]:
    here = world()
    signed = g.get("session")
    return {
        "navigation": [*_navigation()] if signed else [],
        "signed_in": principal().holder if signed else None,
        "roles": sorted(_roles()),
        "token": form_token(here, signed.id) if signed else "",
        "now": here.clock.now(),
        "provider": urlsplit(here.settings.oidc_issuer).hostname,
        "standing": here.kind is not WorldKind.LIVE,
        "world_kind": here.kind.value,
        "head": here.ledger.head() if signed else 0,
        "may": may,
        "once": _once,
        "url_for": url_for,
    }


def _once() -> str:
    """What makes a form that is sent twice count once: its `Idempotency-Key`."""
    return new_id("form").partition("/")[2]


def _navigation() -> Iterator[Link]:
    for endpoint, says in PLACES:
        if may(endpoint):
            href = url_for(endpoint)
            yield Link(href=href, says=says, here=request.path == href)


def when(moment: datetime | str | None) -> Markup:
    """A moment as people read it, with the exact one for machines and on pointing at it."""
    if moment is None:
        return Markup('<span class="none">none</span>')
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    at = at.astimezone(UTC)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        at.strftime("%Y-%m-%d %H:%M:%S UTC"),
        at.strftime("%d %b %H:%M"),
    )


def until(moment: datetime | str | None) -> Markup:
    """A deadline: how long there is, counted on by the page; the moment itself without scripts."""
    if moment is None:
        return when(None)
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    at = at.astimezone(UTC)
    late = at <= world().clock.now()
    return Markup('<time class="until{}" datetime="{}" data-until title="{}">{}</time>').format(
        " late" if late else "",
        at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        at.strftime("%Y-%m-%d %H:%M:%S UTC"),
        at.strftime("%d %b %H:%M"),
    )


def local(thing: str) -> str:
    """The part of an id behind its kind, as paths take it."""
    return ThingId(thing).partition("/")[2]


def words(name: object) -> str:
    """A term as words: `crisis-team` is “crisis team”."""
    return str(name).replace("-", " ").replace("_", " ")


def lasting(text: str | None) -> str:
    """A length of time in words: `PT1H30M` is “1 h 30 min”.

    >>> lasting("PT1H30M"), lasting("P2D")
    ('1 h 30 min', '2 d')
    """
    if text is None:
        return ""
    minutes = round(parse_duration(text).total_seconds() / 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = ((days, "d"), (hours, "h"), (rest, "min"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "at once"


def told(value: object) -> str:
    """A value of a fact as people say it.

    >>> told(True), told(None), told("PT30M")
    ('yes', 'not known', '30 min')
    """
    if value is None or isinstance(value, bool):
        return {None: "not known", True: "yes", False: "no"}[value]
    text = str(value)
    try:
        return lasting(text) if text.startswith("P") else text
    except ValueInvalid:
        return text


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("service", "pages/templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "when": when,
        "until": until,
        "local": local,
        "words": words,
        "lasting": lasting,
        "told": told,
    }
    return made


_ENVIRONMENT: Final = _environment()

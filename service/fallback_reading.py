"""Reading a fallback card, without asking anybody: its proof, its age, its rows, its words."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

import orjson

from ontology.events import Json
from service.compact_jws import JwsRefused, verified

FORM: Final = "attune fallback 1"
KIND: Final = "attune-fallback+json"
ANY: Final = "*"
_PUBLIC_BYTES: Final = 32


class CardRefused(ValueError):
    """A text is no fallback card that the trusted key signed."""


def read(text: str, trusted: str) -> dict[str, Json]:
    """The card of a text that the trusted key (64 hex digits) signed.

    Raises:
        CardRefused: the key is none, or the text is no card, is altered, or another key signed it.
    """
    try:
        public = bytes.fromhex(trusted)
    except ValueError:
        public = b""
    if len(public) != _PUBLIC_BYTES:
        raise CardRefused(f"{trusted[:80]!r} is no key; write its 64 hex digits")
    try:
        found = orjson.loads(verified(text, public, KIND))
    except (JwsRefused, orjson.JSONDecodeError) as error:
        raise CardRefused(f"this is no fallback card that the key signed: {error}") from error
    if not isinstance(found, dict) or found.get("form") != FORM:
        raise CardRefused(f"it is signed, but no card of this version; `form` would be {FORM!r}")
    return found


def stale(said: Mapping[str, Json], now: datetime) -> str | None:
    """Why a card is not to be relied on at a moment; None where it is."""
    since, until = (
        datetime.fromisoformat(str(said[name])) for name in ("valid_from", "valid_until")
    )
    if now >= until:
        return f"stale since {_ago(now - until)}; it held until {until.isoformat()}"
    if now < since:
        return f"not yet valid: it holds from {since.isoformat()} on"
    return None


def _ago(span: timedelta) -> str:
    hours, rest = divmod(int(span.total_seconds()), 3600)
    return f"{hours} h {rest // 60} min"


def looked_up(
    rows: Mapping[tuple[str, ...], int],
    cluster: str,
    volume: str,
    audience: str,
    touchpoint: str = ANY,
    region: str = ANY,
) -> int | None:
    """The place of the outcome that counts, as the card tells its readers to find it."""
    for place in ((touchpoint, region), (touchpoint, ANY), (ANY, region), (ANY, ANY)):
        found = rows.get((cluster, volume, audience, *place))
        if found is not None:
            return found
    return None


def cells(card: Mapping[str, Json]) -> dict[tuple[str, ...], int]:
    """The rows of a card, as `looked_up` takes them."""
    rows = card["rows"]
    found: dict[tuple[str, ...], int] = {}
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, list) and isinstance(place := row[-1], int):
            found[tuple(map(str, row[:-1]))] = place
    return found


def lines(card: Mapping[str, Json], place: int) -> Iterator[str]:
    """One outcome in words: how far up, who answers and how one reaches them, what not to do."""
    outcomes = card["outcomes"]
    outcome = _object(outcomes[place] if isinstance(outcomes, list) else None)
    within = f" within {outcome['within']}" if outcome.get("within") else ""
    yield f"escalate to   {outcome['tier']}{within}"
    routes = outcome["routes"]
    for route in routes if isinstance(routes, list) else []:
        yield from _route(card, _object(route))
    for label, name in (("tell", "notify"), ("required", "requirements")):
        yield from (f"{label:<13} {one}" for one in _texts(outcome, name))
    always = _object(card["always"])
    yield from (f"{'required':<13} {one}" for one in _texts(always, "requirements"))
    for source in (outcome, always):
        yield from (f"{'forbidden':<13} {one}" for one in _texts(source, "prohibitions"))
    yield f"else          {card['duty_officer']}"


def _route(card: Mapping[str, Json], route: Mapping[str, Json]) -> Iterator[str]:
    team = _object(_object(card["teams"]).get(str(route["team"])))
    reached = [str(team[name]) for name in ("contact", "queue") if name in team]
    where = f", {', '.join(reached)}" if reached else ""
    otherwise = f"; else {route['otherwise']}" if "otherwise" in route else ""
    yield f"who answers   {route['team']} ({route['priority']}{where}){otherwise}"
    shifts = team.get("on_call")
    for shift in shifts if isinstance(shifts, list) else []:
        told = _object(shift)
        yield f"  on call     {told.get('from') or '…'} to {told.get('until') or '…'}"


def _texts(said: Mapping[str, Json], name: str) -> list[str]:
    found = said.get(name)
    return [str(one) for one in found] if isinstance(found, list) else []


def _object(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}

"""Zendesk: users become customers and tickets cases, from pages of its Support API."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from loaders.payload_items import (
    LONGEST_LINE,
    Adapted,
    Terms,
    key,
    lean,
    listed,
    mapping,
    moment,
    needed,
    stamp,
    words,
)
from loaders.signals import FieldInvalid
from ontology.events import Json

SYSTEM: Final = "zendesk"
_USER: Final = (
    *("id", "name", "email", "phone", "locale", "created_at", "role", "active", "url"),
    "updated_at",
)
_TICKET: Final = (
    *("id", "requester_id", "subject", "raw_subject", "description", "status", "via"),
    *("created_at", "updated_at", "metric_set", "url"),
)
_DONE: Final = frozenset({"solved", "closed"})


def adapt(payload: object, terms: Terms) -> Adapted:
    """The customers and cases of a page: `users`, `tickets`, `user`, `ticket`, `results`.

    Agents, and whoever was deleted, are left out with their reason.
    """
    found, page = Adapted(), mapping(payload)
    results = [mapping(one) for one in listed(page.get("results"))]
    users = [*listed(page.get("users")), *filter(None, [page.get("user")])]
    users += [one for one in results if one.get("result_type") == "user"]
    tickets = [*listed(page.get("tickets")), *filter(None, [page.get("ticket")])]
    tickets += [one for one in results if one.get("result_type") == "ticket"]
    _each("user", users, found, lambda one: _customer(one, terms))
    _each("ticket", tickets, found, lambda one: _case(one, terms))
    return found


_KNOWN: Final = {"user": (*_USER, "result_type"), "ticket": (*_TICKET, "result_type")}


def _each(
    kind: str,
    items: list[object],
    found: Adapted,
    make: Callable[[Mapping[str, object]], dict[str, Json]],
) -> None:
    for number, one in enumerate(items, start=1):
        item = mapping(one)
        try:
            found.records.append(make(item))
            found.note(kind, item, _KNOWN[kind])
        except FieldInvalid as error:
            found.refuse(number, error)


def _customer(user: Mapping[str, object], terms: Terms) -> dict[str, Json]:
    name = key(user, "id", "1001")
    active = user.get("active")
    if active is False:
        raise FieldInvalid("active", "was deleted there", active, "true")
    role = user.get("role")
    if role is not None and role != "end-user":
        raise FieldInvalid("role", "is staff, not a customer", role, "end-user")
    created = moment(user, "created_at")
    said = lean(
        displayName=words(user.get("name")),
        email=words(user.get("email")),
        phone=words(user.get("phone")),
        preferredLanguage=words(user.get("locale")),
        since=created.date().isoformat() if created is not None else None,
        reliesOn=terms.agreement,
    )
    return {"type": "Customer", "key": {"system": SYSTEM, "key": name}, "properties": said}


def _case(ticket: Mapping[str, object], terms: Terms) -> dict[str, Json]:
    name = key(ticket, "id", "35436")
    status = ticket.get("status")
    if status == "deleted":
        raise FieldInvalid("status", "was deleted there", status, "open")
    requester = key(ticket, "requester_id", "1001")
    subject = words(ticket.get("subject")) or words(ticket.get("raw_subject"))
    told = subject or words(ticket.get("description"))
    channel = mapping(ticket.get("via")).get("channel")
    opened, closed = needed(ticket, "created_at"), _closed(ticket)
    if closed is not None and closed < opened:
        raise FieldInvalid("updated_at", "lies before created_at", stamp(closed), stamp(opened))
    said = lean(
        ofCustomer={"system": SYSTEM, "key": requester},
        openedAt=stamp(opened),
        closedAt=stamp(closed) if closed is not None else None,
        summary=told[:LONGEST_LINE] if told is not None else None,
        atTouchpoint=terms.touchpoints.get(channel) if isinstance(channel, str) else None,
        reliesOn=terms.agreement,
    )
    return {"type": "Case", "key": {"system": SYSTEM, "key": name}, "properties": said}


def _closed(ticket: Mapping[str, object]) -> datetime | None:
    """When it was solved: by its metrics, else when a solved ticket last changed."""
    if str(ticket.get("status")) not in _DONE:
        return None
    metrics = mapping(ticket.get("metric_set"))
    return moment(metrics, "solved_at") or moment(ticket, "updated_at")

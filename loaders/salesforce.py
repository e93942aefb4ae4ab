"""Salesforce: contacts and person accounts become customers, cases cases, from query answers."""

import re
from collections.abc import Mapping
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

SYSTEM: Final = "salesforce"
_PERSON: Final = (
    *("attributes", "Id", "Name", "FirstName", "LastName", "Email", "Phone", "MobilePhone"),
    *("CreatedDate", "HasOptedOutOfEmail", "IsDeleted", "AccountId", "LastModifiedDate"),
    *("IsPersonAccount", "PersonContactId", "PersonEmail", "PersonMobilePhone"),
    "PersonHasOptedOutOfEmail",
)
_CASE: Final = (
    *("attributes", "Id", "CaseNumber", "ContactId", "AccountId", "Subject", "Description"),
    *("IsClosed", "ClosedDate", "CreatedDate", "Origin", "Status", "IsDeleted"),
    "LastModifiedDate",
)
_ID: Final = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?", re.ASCII)
_SUFFIX: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_LENGTH, _PART = 15, 5
_EXAMPLE: Final = "0035g00000A1b2CAAR"


def adapt(payload: object, terms: Terms) -> Adapted:
    """The customers and cases of a query's answer: `records`, each with its `attributes.type`.

    Companies and what is in the recycle bin are left out with their reason.
    """
    found = Adapted()
    rows = payload if isinstance(payload, list) else listed(mapping(payload).get("records"))
    for number, row in enumerate(rows, start=1):
        item = mapping(row)
        kind = str(mapping(item.get("attributes")).get("type"))
        try:
            found.records.append(_record(item, kind, terms))
            found.note(kind, item, _CASE if kind == "Case" else _PERSON)
        except FieldInvalid as error:
            found.refuse(number, error)
    return found


def long_id(text: str) -> str:
    """The 18 characters of an id of 15; they do not depend on upper and lower case.

    >>> long_id("0035g00000A1b2C")
    '0035g00000A1b2CAAR'
    """
    if len(text) != _LENGTH:
        return text
    parts = (text[at : at + _PART] for at in range(0, _LENGTH, _PART))
    places = (sum(c.isupper() << place for place, c in enumerate(part)) for part in parts)
    return text + "".join(_SUFFIX[place] for place in places)


def _id(item: Mapping[str, object], name: str) -> str:
    text = key(item, name, _EXAMPLE)
    if not _ID.fullmatch(text):
        raise FieldInvalid(name, "is no id of 15 or 18 characters", text, _EXAMPLE)
    return long_id(text)


def _record(item: Mapping[str, object], kind: str, terms: Terms) -> dict[str, Json]:
    if kind == "Case":
        return _case(item, terms)
    if kind in {"Contact", "Account"}:
        return _customer(item, kind, terms)
    raise FieldInvalid("attributes.type", "is nothing we read", kind, "Contact")


def _kept(item: Mapping[str, object]) -> None:
    gone = item.get("IsDeleted")
    if gone is True:
        raise FieldInvalid("IsDeleted", "was deleted there", gone, "false")


def _customer(item: Mapping[str, object], kind: str, terms: Terms) -> dict[str, Json]:
    _kept(item)
    if kind == "Account" and item.get("IsPersonAccount") is not True:
        words_ = "is a company; its contacts are the customers"
        raise FieldInvalid("IsPersonAccount", words_, item.get("IsPersonAccount"), "true")
    name = _id(item, "PersonContactId" if kind == "Account" else "Id")
    parts = [words(item.get(part)) for part in ("FirstName", "LastName")]
    created = moment(item, "CreatedDate")
    opted = item.get("HasOptedOutOfEmail", item.get("PersonHasOptedOutOfEmail"))
    said = lean(
        displayName=words(item.get("Name")) or " ".join(filter(None, parts)) or None,
        email=words(item.get("Email")) or words(item.get("PersonEmail")),
        phone=words(item.get("Phone"))
        or words(item.get("MobilePhone"))
        or words(item.get("PersonMobilePhone")),
        since=created.date().isoformat() if created is not None else None,
        optedOut=opted if isinstance(opted, bool) else None,
        reliesOn=terms.agreement,
    )
    return {"type": "Customer", "key": {"system": SYSTEM, "key": name}, "properties": said}


def _case(item: Mapping[str, object], terms: Terms) -> dict[str, Json]:
    _kept(item)
    name, contact = _id(item, "Id"), _id(item, "ContactId")
    opened = needed(item, "CreatedDate")
    closed = moment(item, "ClosedDate") if item.get("IsClosed") is not False else None
    if closed is not None and closed < opened:
        raise FieldInvalid("ClosedDate", "lies before CreatedDate", stamp(closed), stamp(opened))
    subject = words(item.get("Subject")) or words(item.get("Description"))
    origin = item.get("Origin")
    said = lean(
        ofCustomer={"system": SYSTEM, "key": contact},
        openedAt=stamp(opened),
        closedAt=stamp(closed) if closed is not None else None,
        summary=subject[:LONGEST_LINE] if subject is not None else None,
        atTouchpoint=terms.touchpoints.get(origin) if isinstance(origin, str) else None,
        reliesOn=terms.agreement,
    )
    return {"type": "Case", "key": {"system": SYSTEM, "key": name}, "properties": said}

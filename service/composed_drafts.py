"""Drafts whose text attune composes: the message, and from what exactly it was made."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final, get_args

import orjson
from pydantic import ValidationError

from knowledge.language.approved_texts import difference
from ontology.events import Json
from ontology.identity import ThingId
from rules.channels import CHANNELS
from rules.template import Template
from service.basis import Basis
from service.composed import Composed
from service.composed_bodies import ComposedIn
from service.composing import ComposeRequest, compose
from service.message_bodies import Audience, Kind, MessageIn
from service.message_content import Content
from service.problems import Fault, ProblemError, invalid, pointer, unprocessable
from service.slots import Filled
from service.texts import Worded
from service.world import World

MADE: Final = (
    "usesTemplate",
    "templateDigest",
    "underPolicy",
    "composedText",
    "personalSlot",
    "permittedBy",
)
"""What a message keeps of its making when its words are changed."""

SEVERAL: Final = frozenset({"personalSlot", "permittedBy"})
_MOST_STRATEGIES: Final = 6
_PERSONAL: Final = frozenset({"filled", "chose"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A message as it is to be drafted, and what is recorded of its making."""

    said: MessageIn
    properties: dict[str, Json]


def made(world: World, asked: ComposedIn, *, sees_people: bool) -> Made:
    """Compose a message.

    Raises:
        ProblemError: nothing fits, somebody may not be written to, or slots are missing (422).
        Erased: the decision was about a person who was erased.
    """
    try:
        found = compose(world, _request(asked, sees_people=sees_people))
    except ProblemError as error:
        faults = [replace(one, pointer=_inside(one.pointer)) for one in error.faults]
        raise unprocessable(faults) from error
    template, text = _text(found, asked)
    properties: dict[str, Json] = {
        "usesTemplate": template.id,
        "templateDigest": _digest(template),
        "underPolicy": found.policy,
        "composedText": text.text,
        "personalSlot": [one.slot.name for one in _personal(found.slots)] or None,
        "permittedBy": _permits(found.slots) or None,
    }
    known: dict[str, Json] = {
        name: value for name, value in properties.items() if value is not None
    }
    said = _said(asked, found, template, text)
    return Made(said=said, properties=known)


def distance(content: Content, *, hidden: bool) -> Json:
    """How far a text is from what was composed; None where nothing was.

    `changed` says what may not differ and does, for those who may read the words.
    """
    composed = content.one("composedText")
    if composed is None:
        return None
    language = content.one("language") or "und"
    differs = difference(_plain(composed), content.one("text") or "", language)
    shown: dict[str, Json] = {"distance": differs.distance}
    return shown if hidden else {**shown, "changed": [*differs.kept]}


def _request(asked: ComposedIn, *, sees_people: bool) -> ComposeRequest:
    given = asked.from_
    return ComposeRequest(
        decision=None if given.decision is None else ThingId(given.decision),
        request=given.request,
        channels=(given.channel,),
        template=given.template,
        locale=given.locale,
        tasks=tuple(given.tasks),
        kind=asked.kind,
        audience=asked.audience,
        slots=given.slots,
        sees_people=sees_people,
    )


def _text(found: Composed, asked: ComposedIn) -> tuple[Template, Worded]:
    """The template and its text for the channel, whole unless the author wrote another one."""
    channel = asked.from_.channel
    template, text = found.template, found.text(channel)
    if template is None:
        near = found.json()["nearest"]
        words = f"no template fits; the nearest is {orjson.dumps(near).decode()}"
        raise unprocessable([Fault(pointer="/from/template", detail=words)])
    if found.refused is not None:
        raise unprocessable([Fault(pointer="/from", detail=found.refused)])
    if text is None:
        words = f"{template.id} has no wording for it, only for {', '.join(template.variants)}"
        example = next(iter(template.variants), None)
        fault = Fault(pointer="/from/channel", detail=words, value=channel, example=example)
        raise unprocessable([fault])
    if not text.complete and asked.text is None:
        raise unprocessable([*map(_missing, _gaps(found, template, channel))])
    return template, text


def _gaps(found: Composed, template: Template, channel: str) -> Iterable[Filled]:
    used = template.variants[channel].slots
    return (one for one in found.slots if one.state == "missing" and one.slot.name in used)


def _missing(one: Filled) -> Fault:
    shown = one.json()
    words = f"is missing: {shown['says']}"
    return Fault(
        pointer=pointer(["from", "slots", one.slot.name]), detail=words, example=shown["example"]
    )


def _said(asked: ComposedIn, found: Composed, template: Template, text: Worded) -> MessageIn:
    basis, decision = found.basis, found.basis.decision
    fits = set(template.fits.get("strategy", ()))
    strategies = {one.strategy for one in decision.responses}
    kind = asked.kind or _kind(template, basis)
    audience = asked.audience or _audience(template, basis, kind)
    own = asked.model_dump(exclude={"from_", "kind", "audience", "text", "subject", "region"})
    body = {name: value for name, value in own.items() if value is not None} | {
        "kind": kind,
        "audience": audience,
        "channel": CHANNELS[text.channel].means,
        "language": template.locale,
        "text": asked.text or text.text,
        "subject": asked.subject or text.title,
        "incident": basis.things.get("incident"),
        "region": asked.region or basis.things.get("region"),
        "addressee": basis.things.get("customer") if audience == "customer" else None,
        "strategies": sorted(strategies & fits if fits else strategies)[:_MOST_STRATEGIES],
        "template": template.id,
    }
    try:
        return MessageIn.model_validate(body)
    except ValidationError as error:
        raise invalid(error, MessageIn) from error


def _inside(place: str) -> str:
    """Where something stands in the draft that stands there in what composing takes."""
    if place.startswith("/channels"):
        return "/from/channel"
    return place if place in {"/kind", "/audience"} else f"/from{place}"


def _kind(template: Template, basis: Basis) -> str:
    known = basis.values("request", "kind")
    found = _only(template.fits.get("kind", ()), known, get_args(Kind))
    return found or _unstated("/kind", template.fits.get("kind", ()), get_args(Kind), template)


def _audience(template: Template, basis: Basis, kind: str) -> str:
    if kind == "reply":
        return "customer"
    fits = template.fits.get("audience", ())
    found = _only(fits, basis.values("request", "audience"), get_args(Audience))
    return found or _unstated("/audience", fits, get_args(Audience), template)


def _only(fits: Collection[str], known: Iterable[str], valid: Collection[str]) -> str | None:
    """What the request says, or the template where it is for one thing only."""
    asked = [one for one in known if one in valid and (one in fits or not fits)]
    own = [one for one in fits if one in valid]
    return asked[0] if asked else own[0] if len(own) == 1 else None


def _unstated(where: str, fits: Collection[str], valid: Collection[str], one: Template) -> str:
    said = [name for name in fits if name in valid] or [*valid]
    words = f"is not known: {one.id} is for {', '.join(said)}; say which"
    raise unprocessable([Fault(pointer=where, detail=words, example=said[0])])


def _personal(slots: Iterable[Filled]) -> list[Filled]:
    return [one for one in slots if one.slot.purpose is not None and one.state in _PERSONAL]


def _permits(slots: Iterable[Filled]) -> list[Json]:
    return [*dict.fromkeys(by for one in _personal(slots) for by in one.permitted_by)]


def _digest(template: Template) -> str:
    """The version of a template: a SHA-256 of its wording, in hexadecimal digits."""
    words = {one.channel: [one.title, one.text] for one in template.variants.values()}
    whole = {"id": template.id, "locale": template.locale, "words": words}
    return hashlib.sha256(orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _plain(composed: str) -> str:
    """A composed text without braces: what stands in it is filled, and no slot any more."""
    return composed.replace("{", "(").replace("}", ")")

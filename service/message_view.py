"""Messages as answers: what they say, who has signed, what would still refuse them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from ontology.events import Json
from ontology.gate import judge
from ontology.identity import ThingId
from ontology.lifecycle import ActRefused, Role, possible
from ontology.lifecycle import act as follow
from ontology.lifecycle_data import DataProblem
from service import judged_words
from service.acts import acted, standing
from service.committing import Done
from service.composed_drafts import distance
from service.message_content import KIND, Content, approvals, standing_for
from service.permissions import SEE_PEOPLE
from service.sweep import ITSELF
from service.world import World

EXAMPLE: Final = "message/derailment-statement-1"
_UNFIXED: Final = frozenset({"draft", "returned"})
_PERSONAL: Final = frozenset({"text", "subject", "composedText"})


def outlined(world: World, message: ThingId) -> dict[str, Json]:
    """A message without its words."""
    shown = _shown(world.graph.properties(message), hidden=_PERSONAL)
    return {"id": message, **shown, "links": {"self": f"/v1/messages/{message.partition('/')[2]}"}}


def told(world: World, content: Content, roles: Collection[Role]) -> dict[str, Json]:
    """A message with claims, promises, signatures, and what its state allows.

    The words that answer one person are withheld from those who may not read about people.
    """
    kept_back = hidden(content, roles)
    signed = approvals(world.graph, content.id)
    replaces: list[Json] = [*standing_for(world.graph, content)]
    body: dict[str, Json] = {
        "id": content.id,
        **_shown(content.properties, hidden=kept_back),
        "digest": content.digest,
        "composition": distance(content, hidden=bool(kept_back)),
        "claims": [{"id": one, **_shown(part)} for one, part in sorted(content.claims.items())],
        "promises": [
            {"id": one, **_shown(part)} for one, part in sorted(content.promises.items())
        ],
        "approvals": [
            {"id": one, **_shown(part), "possible": _possible(world, "approval", part, roles)}
            for one, part in sorted(signed.items())
        ],
        "replaces": replaces,
        "possible": _possible(world, KIND, content.properties, roles),
    }
    return body | ({"withheld": [*sorted(kept_back)]} if kept_back else {})


def hidden(content: Content, roles: Collection[Role]) -> frozenset[str]:
    """What of a message these roles may not read: words to one person."""
    personal = content.one("addressee") is not None and not SEE_PEOPLE & set(roles)
    return _PERSONAL if personal else frozenset()


def refusals(world: World, content: Content) -> list[Json]:
    """What would refuse the message if it went out now, worst first; nothing is recorded."""
    at = world.clock.now()
    stands = replace(standing(world, content.id, KIND), state="approved")
    outcome = follow(world.lifecycles, stands, "publish", actor=ITSELF, at=at, data={})
    properties = {**outcome.properties, "contentDigest": content.digest}
    outcome = replace(outcome, properties=properties)
    draft = acted("event/not-recorded", stands, outcome, ITSELF, at)
    done = Done(stands=stands, outcome=outcome, actor=ITSELF, at=at)
    try:
        more = world.joints[KIND].drafts(world, done)
    except ActRefused as error:
        if problems := _known_now(world, content, error.problems):
            return [
                {"severity": "Violation", "message": one.message, "path": one.where}
                for one in problems
            ]
        more = []
    shapes, engine = world.policies.shapes(), world.settings.gate_engine
    verdict = judge(world.graph, [draft, *more], at, shapes, engine)
    return [
        {
            "shape": one.shape,
            "severity": one.severity,
            "message": one.message,
            "path": one.path,
            "value": one.value,
            "focus": one.focus,
            "source": one.source,
        }
        for one in verdict.results
    ]


def _known_now(
    world: World, content: Content, problems: Sequence[DataProblem]
) -> Sequence[DataProblem]:
    """The problems of a message; the empathy of a draft that a duty asks for is judged now."""
    if content.one("underDuty") is None or content.state not in _UNFIXED:
        return problems
    return judged_words.foreseen(world, content, judged_words.judged(world, content))


def history(world: World, content: Content) -> list[Json]:
    """The versions that it revises, the newest first."""
    chain: list[Json] = []
    seen = {content.id}
    before = content.one("revisionOf")
    while before is not None and before not in seen:
        one = ThingId(before)
        seen.add(one)
        chain.append(outlined(world, one))
        named = world.graph.get(one, "revisionOf")
        before = str(named) if named is not None else None
    return chain


def _possible(
    world: World, kind: str, shown: Mapping[str, tuple[Json, ...]], roles: Collection[Role]
) -> list[Json]:
    state = str(shown["state"][0])
    return [*possible(world.lifecycles, kind, state, roles)]


def _shown(
    properties: Mapping[str, tuple[Json, ...]], hidden: Collection[str] = ()
) -> dict[str, Json]:
    many = {
        "answers",
        "approver",
        "boundBy",
        "permittedBy",
        "personalSlot",
        "toOutlet",
        "usesStrategy",
        "words",
    }
    return {
        name: [*values] if name in many else values[0]
        for name, values in sorted(properties.items())
        if name not in hidden
    }

"""Founding: an empty home gets its keys, its policy and, if wanted, the sample world."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from filelock import FileLock

from loaders.guidelines import sample as sample_guidelines
from loaders.world import sample, sample_acts
from ontology.events import Draft, Event, Json
from ontology.facts import catalogue
from ontology.identity import ExternalKey, Scope, ThingId
from ontology.lifecycle import ATTUNE, Actor, Role
from rules.policy import build
from service import acts
from service.bundle import packaged
from service.guideline_bodies import GuidelineIn
from service.guideline_proposing import propose
from service.guidelines import VERSION
from service.journey_loading import load_sample, logs_of
from service.journey_zones import Studies, record
from service.observation_loading import load_samples
from service.permissions import KEY_ROLES
from service.recording import MOST_AT_ONCE, Body, put_records
from service.security import PEPPER, issue
from service.trial import trial
from service.world import World

OPERATOR: Final = ThingId("person/operator")
_SECRET_BYTES: Final = 32
_SAMPLE: Final = "Found in the journeys of the sample, which are invented."
_GUIDES: Final = ("staff-06a", "staff-05a")
"""Who of the sample's people proposes its guidelines, and who approves them."""

_SETTER: Final = Actor(id=ATTUNE, roles=frozenset({*Role}))


class PolicyBroken(RuntimeError):
    """A policy fails its trial; it never replaces one that works."""


Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done and how much there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Founded:
    """What was there before and what was added; `key_file` holds the operator's key."""

    key_file: Path
    key_made: bool
    policy: str
    policy_activated: bool
    records: int


def found(world: World, *, with_sample: bool, progress: Progress) -> Founded:
    """Give a home what it lacks; doing it twice, or in two processes at once, changes nothing."""
    with FileLock(world.settings.home / "founding.lock"):
        world.catch_up()
        return _found(world, with_sample=with_sample, progress=progress)


def _found(world: World, *, with_sample: bool, progress: Progress) -> Founded:
    key_made = _ensure_key(world)
    digest, activated = _ensure_policy(world)
    records = _load_sample(world, progress) if with_sample else 0
    logs_of(world)  # makes its folder, which backups copy
    world.catch_up()
    return Founded(
        key_file=world.settings.operator_key,
        key_made=key_made,
        policy=digest,
        policy_activated=activated,
        records=records,
    )


def _ensure_key(world: World) -> bool:
    """A first key with every role; give people their own and revoke it."""
    if world.keyring().keys():
        return False
    draft, text = issue(
        key=ThingId(world.ids("key")),
        event=world.ids("event"),
        holder=OPERATOR,
        roles=KEY_ROLES,
        secret=os.urandom(_SECRET_BYTES),
        pepper=world.keys.secret(PEPPER),
        actor=ATTUNE,
        at=world.clock.now(),
    )
    descriptor = os.open(world.settings.operator_key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())  # the ledger will know the key for good, so the file must, too
    world.ledger.append([draft])
    world.catch_up()
    return True


def _ensure_policy(world: World) -> tuple[str, bool]:
    """The packaged policy, active where none is; a policy that people activated stays."""
    if world.policies.active is not None:
        return world.policies.active, False
    files = packaged()
    digest = build(files, catalogue()).digest
    if (fault := trial(files)) is not None:
        raise PolicyBroken(f"the packaged policy is not activated: {fault}")
    reason = "The policy that attune ships, until two people activate their own."
    content: dict[str, Json] = {name: text.decode() for name, text in files.items()}
    drafts = adoption(world, digest, content, reason)
    world.ledger.append(drafts, expected={Scope("policy"): 0})
    world.catch_up()
    world.perception.coefficients.keep(world.policies.reading().coefficients)
    return digest, True


def adoption(
    world: World, digest: str, files: Mapping[str, Json], reason: str
) -> tuple[Draft, Draft]:
    """A policy that is proposed and active at once, for a world in which nobody is to be asked."""
    proposed: dict[str, Json] = {"digest": digest, "files": dict(files), "reason": reason}
    activated: dict[str, Json] = {"digest": digest, "reason": reason}
    first, second = (
        Draft(
            id=world.ids("event"),
            type=kind,
            subject=ThingId(f"policy/{digest[:32]}"),
            actor=ATTUNE,
            occurred_at=world.clock.now(),
            scopes=(Scope("policy"),),
            data=data,
        )
        for kind, data in (("policy.proposed", proposed), ("policy.activated", activated))
    )
    return first, second


def _load_sample(world: World, progress: Progress) -> int:
    """Put the sample's records and do its acts; what stands already is left as it is."""
    bodies = [body_of(one) for one in sample()]
    head = world.ledger.governed_head()
    for start in range(0, len(bodies), MOST_AT_ONCE):
        share = bodies[start : start + MOST_AT_ONCE]
        for outcome in put_records(world, share, actor=_SETTER):
            if not isinstance(outcome, Event):
                raise outcome
        progress("sample records", start + len(share), len(bodies))
    world.catch_up()
    for one in sample_acts():
        thing = ThingId(str(one["thing"]))
        if not acts.history(world, thing):
            acts.propose(
                world,
                thing=thing,
                kind=str(one["kind"]),
                act=str(one["act"]),
                data=_object(one.get("data")),
                actor=_SETTER,
            )
    _guide_sample(world)
    _assess_sample(world)
    load_samples(world, actor=ATTUNE)
    return world.ledger.governed_head() - head


def _guide_sample(world: World) -> None:
    """Let one person of the sample propose its guidelines, and another approve them."""
    writer, lawyer = (world.keys.pseudonym("person", "staff", key) for key in _GUIDES)
    for one in sample_guidelines():
        said = GuidelineIn.model_validate(one.body)
        if said.guideline not in world.guidelines().versions:
            proposed = propose(world, said, Actor(id=writer, roles=frozenset({Role.REVIEWER})))
            acts.propose(
                world,
                thing=proposed.subject,
                kind=VERSION,
                act="approve",
                data={},
                actor=Actor(id=lawyer, roles=frozenset({Role.LEGAL})),
            )
            world.catch_up()


def _assess_sample(world: World) -> None:
    """Find the zones of risk in the sample's journeys, where nobody has assessed anything yet."""
    touchpoints = world.graph.of_type("Touchpoint")
    if any(world.graph.state(thing) for thing in touchpoints):
        return
    load_sample(world, actor=ATTUNE)
    record(world, Studies().zones(world), reason=_SAMPLE, actor=_SETTER)


def body_of(said: Mapping[str, Json]) -> Body:
    """A record body as the loaders give it."""
    key = said.get("key")
    return Body(
        type=str(said["type"]),
        properties=_object(said["properties"]),
        id=ThingId(str(said["id"])) if "id" in said else None,
        key=ExternalKey(**cast(dict[str, str], key)) if isinstance(key, dict) else None,
    )


def _object(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}

"""The policy that applies: a fold of policy events, compiled once a worker."""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, cast

from ontology.events import Event, Json
from ontology.facts import catalogue
from ontology.identity import ThingId, kind_of
from ontology.shape_files import Shapes, read_shapes
from rules.jurisdictions import Jurisdictions
from rules.policy import Policy, build
from rules.strata import Engines
from service.bundle import Reading, jurisdictions_of, reading_of
from service.shape_checks import shapes_of

KEPT: Final = 16
PROPOSAL: Final = "policy-proposal"
IN_EFFECT: Final = frozenset({"active", "emergency"})
_TAKEN_OUT: Final = frozenset({"rolled-back", "reviewing"})


class PolicyUnknown(LookupError):
    """No policy with that digest was ever proposed here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A policy as this worker uses it: its engines, its law, and by what it reads texts."""

    policy: Policy
    engines: Engines
    law: Jurisdictions
    reading: Reading


def compiled_of(files: Mapping[str, str]) -> Compiled:
    """A bundle as decisions use it; takes some tenths of a second.

    Raises:
        Invalid: its books are broken.
        FileInvalid: its law, lexicons or coefficients are.
    """
    policy = build({name: text.encode() for name, text in files.items()}, catalogue())
    return Compiled(
        policy=policy,
        engines=Engines.of(policy),
        law=jurisdictions_of(files),
        reading=reading_of(files),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One act on a proposal: who did it, when, and why as far as they said."""

    act: str
    by: ThingId
    at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A bundle on its way: `base` is the digest that was active when it was written.

    `draft` is where people wrote it, if they did so here.
    """

    id: ThingId
    digest: str
    base: str | None
    reason: str
    by: ThingId
    proposed_at: datetime
    state: str
    draft: ThingId | None = None
    acts: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """From when on decisions name a digest; `sequence` is the event that made it so.

    `act` was done to `proposal`: a rollback brings back the policy before it. The first policy of
    a home has neither.
    """

    digest: str
    since: datetime
    sequence: int
    by: ThingId
    act: str | None = None
    proposal: ThingId | None = None
    reason: str | None = None


class Policies:
    """What was proposed and what is active, as far as the ledger was folded."""

    def __init__(self) -> None:
        """Start with nothing folded."""
        self._files: dict[str, Mapping[str, str]] = {}
        self._compiled: OrderedDict[str, Compiled] = OrderedDict()
        self._shapes: tuple[str | None, Shapes | None] = (None, None)
        self._lock = threading.Lock()
        self.proposals: dict[ThingId, Proposal] = {}
        self.history: list[Activation] = []

    @property
    def active(self) -> str | None:
        """The digest that the next decision names."""
        return self.history[-1].digest if self.history else None

    def at(self, moment: datetime) -> Activation | None:
        """What was active at a moment."""
        found = [one for one in self.history if one.since <= moment]
        return found[-1] if found else None

    def apply(self, event: Event) -> None:
        """Fold one event; what is not about policies changes nothing."""
        if event.type == "policy.proposed":
            self._proposed(event)
        elif event.type == "policy.activated":
            self._activate(str(event.data["digest"]), event)
        elif event.type == "thing.acted" and event.subject in self.proposals:
            self._acted(self.proposals[event.subject], event)

    def current(self) -> Compiled:
        """The active policy.

        Raises:
            PolicyUnknown: none was activated yet.
        """
        if self.active is None:
            raise PolicyUnknown("no policy is active; `attune init` activates the packaged one")
        return self.get(self.active)

    def reading(self) -> Reading:
        """By what texts are judged now; what attune ships where no policy is active yet."""
        return reading_of({}) if self.active is None else self.current().reading

    def knows(self, digest: str) -> bool:
        """Whether a policy with that digest was ever proposed here."""
        return digest in self._files

    def files(self, digest: str) -> Mapping[str, str]:
        """The files of a bundle, as they were proposed.

        Raises:
            PolicyUnknown: it was never proposed here.
        """
        if digest not in self._files:
            raise PolicyUnknown(f"no policy {digest[:80]!r} was proposed here")
        return self._files[digest]

    def named(self, digits: str) -> Sequence[str]:
        """The digests that begin with these digits."""
        return [digest for digest in self._files if digest.startswith(digits)]

    def faults(self) -> int:
        """How often an engine of a policy in use failed lately, so that one decided alone."""
        with self._lock:
            return sum(len(compiled.engines.faults) for compiled in self._compiled.values())

    def get(self, digest: str) -> Compiled:
        """A policy by its digest, compiled on first use and kept while among the last 16 used.

        Raises:
            PolicyUnknown: it was never proposed here.
        """
        with self._lock:
            if digest in self._compiled:
                self._compiled.move_to_end(digest)
                return self._compiled[digest]
            compiled = compiled_of(self.files(digest))
            self._compiled[digest] = compiled
            while len(self._compiled) > KEPT:
                self._compiled.popitem(last=False)
            return compiled

    def shapes(self) -> Shapes | None:
        """The shapes of the active policy; None where it has none: the packaged ones judge."""
        digest = self.active
        with self._lock:
            if digest is not None and self._shapes[0] != digest:
                content = {name: text.encode() for name, text in self.files(digest).items()}
                found = shapes_of(content)
                self._shapes = (digest, read_shapes(found) if found else None)
            return self._shapes[1]

    def _proposed(self, event: Event) -> None:
        digest, base = str(event.data["digest"]), event.data.get("base")
        self._files[digest] = cast(Mapping[str, str], event.data["files"])
        if kind_of(event.subject) == PROPOSAL:
            self.proposals[event.subject] = Proposal(
                id=event.subject,
                digest=digest,
                base=str(base) if base is not None else None,
                reason=str(event.data["reason"]),
                by=event.actor,
                proposed_at=event.occurred_at,
                state="proposed",
                draft=_id(event.data.get("draft")),
            )

    def _acted(self, proposal: Proposal, event: Event) -> None:
        after = str(event.data["to"])
        said = _said(event)
        self.proposals[proposal.id] = replace(proposal, state=after, acts=(*proposal.acts, said))
        if (
            after in IN_EFFECT
            and proposal.state not in IN_EFFECT
            and event.data["act"] != "reinstate"
        ):
            self._activate(proposal.digest, event)
        elif after in _TAKEN_OUT and self.active == proposal.digest:
            before = [one.digest for one in self.history if one.digest != proposal.digest]
            self._activate(before[-1], event)

    def _activate(self, digest: str, event: Event) -> None:
        acted = event.type == "thing.acted"
        self.history.append(
            Activation(
                digest=digest,
                since=event.recorded_at,
                sequence=event.sequence,
                by=event.actor,
                act=str(event.data["act"]) if acted else None,
                proposal=event.subject if acted else None,
                reason=_said(event).reason if acted else None,
            )
        )


def _said(event: Event) -> Said:
    data = event.data.get("data")
    told = data if isinstance(data, dict) else {}
    why = told.get("reason") or told.get("finding")
    return Said(
        act=str(event.data["act"]),
        by=event.actor,
        at=event.occurred_at,
        reason=None if why is None else str(why),
    )


def _id(value: Json) -> ThingId | None:
    return None if value is None else ThingId(str(value))

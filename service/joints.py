"""Joints: what goes with an act on one thing, so that all of it stands or none of it does."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from ontology.events import Draft
from ontology.identity import Scope
from ontology.lifecycle import Actor, Outcome, Standing

if TYPE_CHECKING:
    from service.committing import Here


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An act that its lifecycle allows: how the thing stood, what follows, who does it, when."""

    stands: Standing
    outcome: Outcome
    actor: Actor
    at: datetime


class Joint(Protocol):
    """What a kind of thing asks to be done beside an act on it."""

    def relied(self, world: "Here", stands: Standing, act: str) -> tuple[Scope, ...]:
        """What is read besides the thing itself, before it is read."""

    def drafts(self, world: "Here", done: Done) -> list[Draft]:
        """What goes with the act.

        Raises:
            ActRefused: it can't be done as things stand.
        """

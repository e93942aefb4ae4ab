"""Joining: what an accepted link adds to the act, so that both stand or neither does."""

from typing import Final

from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ActRefused, Standing
from ontology.lifecycle_data import DataProblem
from service.committing import Done, Here
from service.recording import amended

KIND: Final = "link"
ACCEPT: Final = "accept"
_ACTED: Final = ("thing.acted",)


def sides(event: Event) -> tuple[ThingId, ThingId] | None:
    """The account and the customer of a suggested link; None once the customer was erased."""
    said = event.data.get("sides")
    if not isinstance(said, dict):
        return None
    return ThingId(str(said["account"])), ThingId(str(said["customer"]))


def begun(world: Here, link: ThingId) -> Event | None:
    """The event that suggested a link."""
    found = world.ledger.read(0, types=_ACTED, subject=link, limit=1)
    return found[0] if found else None


class LinkJoint:
    """An accepted link makes the account name its customer."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:
        """The account and the customer."""
        event = begun(world, stands.thing) if act == ACCEPT else None
        both = sides(event) if event is not None else None
        return tuple(map(Scope, both)) if both is not None else ()

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """The record of the account, which names its customer from now on.

        Raises:
            ActRefused: a side was erased or removed, or the account names a customer already.
        """
        act = done.outcome.act
        if act != ACCEPT:
            return []
        event = begun(world, done.stands.thing)
        both = sides(event) if event is not None else None
        if both is None or not all(map(world.graph.exists, both)):
            raise _refused(act, "one of the two is not there any more; reject it")
        account, customer = both
        if world.graph.get(account, "accountOf") is not None:
            raise _refused(act, "the account names a customer already; reject it")
        changes: dict[str, Json] = {"accountOf": customer}
        return [amended(world, account, changes, done.actor)]


def _refused(act: str, words: str) -> ActRefused:
    return ActRefused(act, (DataProblem("state", words),), ("reject",))

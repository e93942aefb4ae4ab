"""The guard of temporary routings: none without a record, an end ahead and trained people."""

from collections.abc import Callable, Mapping
from typing import Final

from knowledge.ledger import Ledger
from ontology.events import Json
from ontology.identity import Scope, ThingId
from service.clock import Clock
from service.recording import PUT, REMOVED
from service.rerouting import approved, refused
from service.skills import Skills
from service.temporary import Content

_LOOKS: Final = frozenset({"propose", "approve", "push", "confirm"})


class RoutingGuard:
    """Refuses acts on a temporary routing that could not do what it promises."""

    def __init__(self, ledger: Ledger, clock: Clock, skills: Callable[[], Skills]) -> None:
        """Judge by the record, what was approved, and who has which skills now."""
        self._ledger: Final = ledger
        self._clock: Final = clock
        self._skills: Final = skills

    def __call__(self, thing: ThingId, act: str, data: Mapping[str, Json]) -> tuple[Scope, ...]:
        """No further scopes.

        Raises:
            ActRefused: no record, its end is past, or too few trained people.
        """
        del data
        if act not in _LOOKS:
            return ()
        stated = self._record(thing) if act in {"propose", "approve"} else None
        stated = approved(self._ledger, thing) if stated is None else stated
        if not stated:
            raise refused(act, f"there is no record {thing}; put one with POST /v1/records first")
        content = Content.of(stated)
        if content.over(self._clock.now()):
            raise refused(act, f"its end {stated.get('expiresAt')} is past; set a later one")
        self._staffed(act, content)
        return ()

    def _staffed(self, act: str, content: Content) -> None:
        at = self._clock.now()
        if act == "push":
            found = self._skills().on_call(content.team, content.training, at)
            where = "are on call for"
        elif act == "approve":
            found = self._skills().trained(content.team, content.training, at)
            where = "belong to"
        else:
            return
        if len(found) < content.minimum:
            skills = ", ".join(sorted(content.training))
            words = f"{len(found)} people with training in force ({skills}) {where} {content.team}"
            raise refused(act, f"{words}; it asks for {content.minimum}")

    def _record(self, thing: ThingId) -> Mapping[str, Json]:
        found = self._ledger.newest(types=(PUT, REMOVED), subject=thing, limit=1)
        stated = found[0].data.get("properties") if found and found[0].type == PUT else None
        return stated if isinstance(stated, dict) else {}

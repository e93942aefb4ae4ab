"""Where incidents would stand under each shadow, and what its looks last saw."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, cast

from ontology.events import Event, Json
from ontology.lifecycle import ATTUNE
from service.acts import ACTED
from service.shadow_fold import LOOKED, RAISED
from service.shadow_pair import Beside, Stand, higher, texts
from service.world import World


class Stands:
    """Where incidents would stand under each shadow, and what its looks last saw."""

    def __init__(self, world: World) -> None:
        """Nothing is read yet."""
        self._world: Final = world
        self._cursor = 0
        self._tiers: Final[dict[tuple[str, str, int], Stand]] = {}
        self._last: Final[dict[tuple[str, str], Json]] = {}
        self._slots: Final[dict[str, int]] = {}
        self._by_hand: Final[dict[str, Stand]] = {}

    def catch_up(self) -> None:
        """Fold what was recorded, here or by another worker before."""
        ledger, types = self._world.ledger, (RAISED, LOOKED, ACTED)
        while events := ledger.outlines(self._cursor, types=types, limit=1_000):
            for event in events:
                if event.type == RAISED:
                    self.note(event.subject, event.data, event.occurred_at)
                elif event.type == LOOKED:
                    key = (event.subject, str(event.data["incident"]))
                    self._last[key] = [event.data["tiers"], event.data["called"]]
                elif event.data.get("kind") == "incident" and event.actor != ATTUNE:
                    self._acted(event)
            self._cursor = events[-1].sequence

    def note(self, shadow: str, data: Mapping[str, Json], at: datetime) -> None:
        """Take in that an incident would stand higher."""
        for side, name in enumerate(("active", "shadow")):
            tier = data.get(name)
            key = (shadow, str(data["incident"]), side)
            if isinstance(tier, str) and higher(tier, self._tiers.get(key)):
                self._tiers[key] = Stand(tier=tier, since=at)

    def of(self, shadow: str, incident: str | None, side: int) -> Stand | None:
        """How high an incident got under one of the two policies since the shadow began."""
        if incident is None:
            return None
        own, hand = self._tiers.get((shadow, incident, int(side))), self._by_hand.get(incident)
        return hand if hand is not None and higher(hand.tier, own) else own

    def _acted(self, event: Event) -> None:
        """What a person did to the tier of an incident holds under every policy."""
        incident, said = event.subject, event.data.get("properties")
        tier = said.get("tier") if isinstance(said, Mapping) else None
        if event.data["act"] == "stand-down":
            self._by_hand.pop(incident, None)
            for key in [key for key in self._tiers if key[1] == incident]:
                del self._tiers[key]
        elif isinstance(tier, str) and higher(tier, self._by_hand.get(incident)):
            self._by_hand[incident] = Stand(tier=tier, since=event.occurred_at)

    def seen(self, shadow: str, slot: int) -> bool:
        """Whether this worker has looked in a stretch of time; from now on it has."""
        known = self._slots.get(shadow)
        self._slots[shadow] = slot
        return known == slot

    def same(self, shadow: str, incident: str, pair: Beside) -> bool:
        """Whether a look sees what the last one saw; the first counts where anybody is called."""
        said = [texts(pair.tiers), [texts(one) for one in pair.called]]
        nothing = not any(pair.called) and (shadow, incident) not in self._last
        known = self._last.get((shadow, incident))
        self._last[shadow, incident] = cast(Json, said)
        return nothing or known == said

"""Contacts: how often campaigns reached whom lately, over all campaigns."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from ontology.events import Event
from ontology.identity import Scope, ThingId
from service.sealed_rows import rows
from service.world import World

SENT: Final = "campaign.sent"
CONTACTS: Final = Scope("contacts")
"""What each share that goes out writes to: none is counted past another."""

_BATCH: Final = 500


def often(world: World, days: int) -> Counter[str]:
    """How often each customer was reached by any campaign in the last days."""
    since = world.clock.now() - timedelta(days=days)
    found: Counter[str] = Counter()
    for event in sent(world):
        if event.occurred_at > since:
            found.update(str(one[0]) for one in rows(world, str(event.data["rows"])))
    return found


def sent(world: World, campaign: ThingId | None = None) -> Iterator[Event]:
    """What went out, oldest first; of one campaign or of all."""
    after = 0
    while events := world.ledger.read(after, types=(SENT,), subject=campaign, limit=_BATCH):
        yield from events
        after = events[-1].sequence
